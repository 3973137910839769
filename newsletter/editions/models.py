"""Tables of editions: the eight of each year, their ordered items, and days without editions."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.articles.models import Article
from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class EditionStatus(StrEnum):
    """Where an edition stands."""

    PLANNED = "planned"  # in the year plan, still being made
    SCHEDULED = "scheduled"  # leaves by itself at `send_at`
    PUBLISHED = "published"  # sent by us, or appeared before this service did
    LATE = "late"  # its moment passed beyond the lateness limit: a person decides


class Edition(Model):
    """One numbered issue of the magazine."""

    __tablename__ = "editions"
    __table_args__ = (
        UniqueConstraint("volume", "number"),
        CheckConstraint("number between 1 and 8", name="number"),
        CheckConstraint("volume between 1 and 999", name="volume"),
        CheckConstraint("length(title) <= 200", name="title"),
        CheckConstraint("length(subject) <= 200", name="subject"),
        CheckConstraint("subject !~ '[[:cntrl:]]' and preheader !~ '[[:cntrl:]]'",
                        name="one_line"),
        CheckConstraint("copy_deadline_at <= approval_deadline_at and "
                        "approval_deadline_at <= send_at", name="deadlines"),
        CheckConstraint("(status = 'published') = (published_at is not null)",
                        name="published_at"),
        CheckConstraint("num_nulls(previous_send_at, previous_copy_deadline_at, "
                        "previous_approval_deadline_at) in (0, 3)", name="previous"),
        Index("ix_editions_send_at", "send_at"),
    )

    id: Mapped[Key]
    volume: Mapped[int]
    number: Mapped[int]
    numbers_in_year: Mapped[int] = mapped_column(server_default="8")
    title: Mapped[str] = mapped_column(server_default="")
    editorial_md: Mapped[str] = mapped_column(server_default="")
    subject: Mapped[str] = mapped_column(server_default="")
    preheader: Mapped[str] = mapped_column(server_default="")
    status: Mapped[EditionStatus] = mapped_column(
        words(EditionStatus, "status"), server_default="planned"
    )
    send_at: Mapped[Moment]
    copy_deadline_at: Mapped[Moment]
    approval_deadline_at: Mapped[Moment]
    appeared_on: Mapped[date | None]
    published_at: Mapped[Moment | None]
    # Where its dates stood before they were moved last; none when nothing can be put back.
    previous_send_at: Mapped[Moment | None]
    previous_copy_deadline_at: Mapped[Moment | None]
    previous_approval_deadline_at: Mapped[Moment | None]
    # By the clock of the database, at every change: what a calendar asks (RFC 5545 §3.8.7.3).
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now(), onupdate=func.now())
    # Counts saves, so that two tabs cannot overwrite each other unseen.
    revision: Mapped[int] = mapped_column(server_default="0")
    items: Mapped[list["EditionItem"]] = relationship(
        back_populates="edition", order_by="EditionItem.position", cascade="all, delete-orphan"
    )

    @property
    def key(self) -> str:
        """How people cite it, as in `20-8`."""
        return f"{self.volume}-{self.number}"


class EditionItem(Model):
    """An article's place in an edition."""

    __tablename__ = "edition_items"
    __table_args__ = (
        UniqueConstraint("edition_id", "article_id"),
        UniqueConstraint("edition_id", "position", deferrable=True, initially="DEFERRED"),
    )

    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("editions.id", ondelete="CASCADE")
    )
    article_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("articles.id"), index=True)
    position: Mapped[int]
    section: Mapped[str] = mapped_column(server_default="")
    edition: Mapped[Edition] = relationship(back_populates="items")
    article: Mapped[Article] = relationship()


LONGEST_PERIOD_NAME = 80
LONGEST_PERIOD = 100  # days


class ClosedPeriod(Model):
    """Days without editions, as an editor entered them: a school holiday, a congress."""

    __tablename__ = "closed_periods"
    __table_args__ = (
        CheckConstraint(f"length(name) between 1 and {LONGEST_PERIOD_NAME}", name="name"),
        CheckConstraint(f"last_on - first_on between 0 and {LONGEST_PERIOD - 1}", name="days"),
        Index("ix_closed_periods_last_on_first_on", "last_on", "first_on"),
    )

    id: Mapped[Key]
    name: Mapped[str]
    first_on: Mapped[date]  # Europe/Amsterdam, as is the last day, which belongs to it
    last_on: Mapped[date]
    entered_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    entered_at: Mapped[Moment]
    revision: Mapped[int] = mapped_column(server_default="0")
