"""Tables of digests: the slots of each cadence."""

from datetime import UTC, date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model
from newsletter.subscribers.models import Cadence


class SlotStatus(StrEnum):
    """Where a slot stands."""

    PLANNED = "planned"
    CARRIED_OUT = "carried_out"
    NOTHING_NEW = "nothing_new"  # no reader had anything due: no mailing
    MERGED = "merged"  # missed, and a later slot of its cadence took its window (R14)
    LATE = "late"  # beyond the lateness limit: a person decides


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
    # Why nobody, or fewer, got a mail: readers by reason.
    readers_due: Mapped[int | None]
    readers_nothing_new: Mapped[int | None]
    readers_below_minimum: Mapped[int | None]
    readers_paused: Mapped[int | None]
    # By the clock of the database: a delivery that ends unsent after it gives its articles back.
    planned_at: Mapped[Moment | None]
    done_at: Mapped[Moment | None]

    @property
    def key(self) -> str:
        """How a mailing cites it, as in `digest:weekly:2026-11-24T07:00Z`.

        With seconds where there are any, and in UTC whatever zone the database answers in: an
        hour that comes twice in autumn must not give one key to two slots.
        """
        moment = self.slot_at.astimezone(UTC)
        spelled = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
        return f"digest:{self.cadence}:{moment:%Y-%m-%d}T{spelled}Z"
