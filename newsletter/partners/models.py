"""Table of partners: who each is, and where its own site is."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment
from newsletter.extensions import Model


class Partner(Model):
    """An association that offers the magazine to its members and never sees who subscribed.

    A partner that stopped is retired and keeps its row: the ledger of consent names its page.
    """

    __tablename__ = "partners"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("name = btrim(name) and length(name) between 1 and 200", name="name"),
        # An origin and nothing behind it: lower case, no path, no login, no port.
        CheckConstraint("site ~ '^https://[a-z0-9-]+([.][a-z0-9-]+)+$'", name="site"),
    )

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    site: Mapped[str]
    sentence_nl: Mapped[str]
    sentence_en: Mapped[str]
    retired_at: Mapped[Moment | None]

    def sentence(self, language: str) -> str:
        """Who the partner is, in one sentence of `nl` or `en`."""
        return self.sentence_en if language == "en" else self.sentence_nl
