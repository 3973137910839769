"""Tables of the catalogue: the magazine and its themes."""

from datetime import time
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    and_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.columns import Key, Moment
from newsletter.extensions import Model

MOST_REMINDERS, MOST_DAYS_BEFORE = 3, 60  # for each deadline of an edition


class Magazine(Model):
    """The magazine's identity as data, one row, so that another magazine could use the software."""

    __tablename__ = "magazines"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("weekly_weekday between 0 and 6", name="weekly_weekday"),
        CheckConstraint("monthly_day between 1 and 31", name="monthly_day"),
        CheckConstraint("weekly_minimum between 1 and 12", name="weekly_minimum"),
        CheckConstraint("monthly_minimum between 1 and 12", name="monthly_minimum"),
        *(CheckConstraint(f"cardinality({name}) <= {MOST_REMINDERS} and 1 <= all({name}) "
                          f"and {MOST_DAYS_BEFORE} >= all({name})", name=name)
          for name in ("copy_reminders", "approval_reminders", "sending_reminders")),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str]
    issn: Mapped[str]
    publisher: Mapped[str]  # the person, as the colophon has it
    association: Mapped[str]  # the body that publishes
    association_short: Mapped[str]
    editor_in_chief: Mapped[str]
    editor: Mapped[str]
    postal_address: Mapped[str]
    site: Mapped[str]
    editors_mail: Mapped[str]
    partnerships_mail: Mapped[str]
    tagline_nl: Mapped[str]
    tagline_en: Mapped[str]
    volume_base_year: Mapped[int]
    editions_per_year: Mapped[int]
    colours: Mapped[dict[str, Any]] = mapped_column(JSONB)
    colours_dark: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # The house's slots, on the wall clock of Europe/Amsterdam; weekday 0 is Monday.
    weekly_weekday: Mapped[int] = mapped_column(default=1)
    weekly_at: Mapped[time] = mapped_column(default=time(8, 0))
    monthly_day: Mapped[int] = mapped_column(default=1)
    monthly_at: Mapped[time] = mapped_column(default=time(8, 0))
    # Between these no digest starts; later until than from is on one day, equal is never.
    quiet_from: Mapped[time] = mapped_column(server_default=text("'00:00'"))
    quiet_until: Mapped[time] = mapped_column(server_default=text("'00:00'"))
    # With fewer articles than this a digest is not worth a mail: they wait for the next slot.
    weekly_minimum: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    monthly_minimum: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    # How many days before each deadline of an edition the desk is reminded of it by mail.
    copy_reminders: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{7,1}")
    approval_reminders: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{2}")
    sending_reminders: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{1}")


class ThemeHeir(Model):
    """That a theme goes on in another: its readers follow that one since `at`, unless it ended."""

    __tablename__ = "theme_heirs"
    __table_args__ = (
        CheckConstraint("theme_id <> heir_id", name="another"),
        Index("uq_theme_heirs_present", "theme_id", "heir_id", unique=True,
              postgresql_where=text("ended_at is null")),
    )

    id: Mapped[Key]
    theme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("themes.id"))
    heir_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("themes.id"))
    at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class FormerSlug(Model):
    """A name in addresses that a theme had before; it leads on for ever."""

    __tablename__ = "former_slugs"

    slug: Mapped[str] = mapped_column(primary_key=True)
    theme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("themes.id"))


class Theme(Model):
    """A subject that articles carry and readers pick."""

    __tablename__ = "themes"
    __table_args__ = (CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),)

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    name_nl: Mapped[str]
    name_en: Mapped[str]
    sentence_nl: Mapped[str]
    sentence_en: Mapped[str]
    sign: Mapped[str]
    position: Mapped[int] = mapped_column(unique=True)
    # Since when nobody picks it and no article gets it any more; what has it keeps it.
    retired_at: Mapped[Moment | None]
    heirs: Mapped[list["Theme"]] = relationship(
        secondary="theme_heirs",
        primaryjoin=lambda: and_(Theme.id == ThemeHeir.theme_id, ThemeHeir.ended_at.is_(None)),
        secondaryjoin=lambda: Theme.id == ThemeHeir.heir_id,
        order_by=lambda: Theme.position,
        viewonly=True,
    )

    @property
    def shown(self) -> "Theme":
        """The theme under whose name it stands: itself, or the one that it was merged into."""
        if self.retired_at is None or len(self.heirs) != 1:
            return self
        return self.heirs[0].shown

    def name(self, language: str) -> str:
        """The theme's name in `nl` or `en`."""
        return self.name_en if language == "en" else self.name_nl

    def sentence(self, language: str) -> str:
        """What the theme is about, in one sentence of `nl` or `en`."""
        return self.sentence_en if language == "en" else self.sentence_nl
