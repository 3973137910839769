"""Tables of digests: the slots of each cadence, and what an editor decided of articles in them."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model
from newsletter.subscribers.models import Cadence


class SlotStatus(StrEnum):
    """Where a slot stands."""

    PLANNED = "planned"
    HELD = "held"  # its moment came, and it waits for an editor's release
    CARRIED_OUT = "carried_out"
    NOTHING_NEW = "nothing_new"  # no reader had anything due: no mailing
    MERGED = "merged"  # missed, and a later slot of its cadence took its window (R14)
    LATE = "late"  # beyond the lateness limit: a person decides


class Treatment(StrEnum):
    """What an editor decided of an article in one slot."""

    LEFT_OUT = "left_out"  # not due in this slot, as if it were released just after it
    PINNED = "pinned"  # first in its section, and never cut by the limit


LONGEST_LINE = 300  # characters of the editorial line


class DigestSlot(Model):
    """One local calendar moment of a cadence, and what came of it.

    Its window is (`window_from`, `slot_at`]: the cut-off is the slot's own moment, however late
    it is carried out.
    """

    __tablename__ = "digest_slots"
    __table_args__ = (
        UniqueConstraint("cadence", "slot_at"),
        UniqueConstraint("cadence", "period_on"),
        CheckConstraint("cadence <> 'none'", name="has_rhythm"),
        CheckConstraint("window_from < slot_at", name="window"),
        CheckConstraint("status <> 'held' or is_held", name="held_waits"),
        CheckConstraint(f"length(editorial_line) <= {LONGEST_LINE}", name="editorial_line"),
        Index("ix_digest_slots_due", "slot_at", postgresql_where=text("status = 'planned'")),
    )

    id: Mapped[Key]
    cadence: Mapped[Cadence] = mapped_column(words(Cadence, "cadence"))
    slot_on: Mapped[date]  # Europe/Amsterdam
    slot_at: Mapped[Moment]
    # The Monday of the week, or the first of the month, whose one slot of the rhythm it is.
    period_on: Mapped[date | None]  # none of one that an editor added
    window_from: Mapped[Moment | None]  # known once carried out: the cut-off of the slot before
    status: Mapped[SlotStatus] = mapped_column(words(SlotStatus, "status"),
                                               server_default="planned")
    # What an editor prepared; `revision` counts the saves, so that none writes over another unseen.
    is_held: Mapped[bool] = mapped_column(server_default=false())
    editorial_line: Mapped[str] = mapped_column(server_default="")
    revision: Mapped[int] = mapped_column(server_default="0")
    # When a person let it go after it was held or late: its lateness counts from then on.
    released_at: Mapped[Moment | None]
    # Why nobody, or fewer, got a mail: readers by reason.
    readers_due: Mapped[int | None]
    readers_nothing_new: Mapped[int | None]
    readers_below_minimum: Mapped[int | None]
    readers_paused: Mapped[int | None]
    # By the clock of the database: a delivery that ends unsent after it gives its articles back.
    planned_at: Mapped[Moment | None]
    # [article, theme, since] of the hour before its cut-off, as its planning saw them: the slot
    # after it looks only at what was committed too late for that. None where it is not known.
    seen_links: Mapped[list[list[Any]] | None] = mapped_column(JSONB)
    done_at: Mapped[Moment | None]

    def is_waiting(self, now: datetime) -> bool:
        """Whether its moment has come and it waits for an editor's release."""
        return self.status is SlotStatus.HELD or (
            self.status is SlotStatus.PLANNED and self.is_held and self.slot_at <= now)

    def is_open(self, now: datetime) -> bool:
        """Whether an editor may still prepare it: it is to come, or it waits for a release."""
        is_coming = self.status is SlotStatus.PLANNED and self.slot_at > now
        return is_coming or self.is_waiting(now)

    @property
    def key(self) -> str:
        """How a mailing cites it, as in `digest:weekly:2026-11-24T07:00Z`.

        With seconds where there are any, and in UTC whatever zone the database answers in: an
        hour that comes twice in autumn must not give one key to two slots.
        """
        moment = self.slot_at.astimezone(UTC)
        spelled = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
        return f"digest:{self.cadence}:{moment:%Y-%m-%d}T{spelled}Z"


class SlotArticle(Model):
    """That an editor left an article out of a slot, or pinned it there."""

    __tablename__ = "digest_slot_articles"

    slot_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("digest_slots.id", ondelete="CASCADE"), primary_key=True
    )
    article_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    treatment: Mapped[Treatment] = mapped_column(words(Treatment, "treatment"))
