"""The table of reminders: which step before which deadline of an edition was seen to."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class Deadline(StrEnum):
    """What an edition must have reached by a moment of its own."""

    COPY = "copy"  # nothing misses that sending needs
    APPROVAL = "approval"
    SENDING = "sending"  # it is scheduled


class Reminder(Model):
    """One step before one deadline, as it then stood; it is seen to once, whoever asks.

    A deadline that moves is another one, with steps of its own.
    """

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("edition_id", "deadline", "deadline_at", "days"),)

    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("editions.id", ondelete="CASCADE")
    )
    deadline: Mapped[Deadline] = mapped_column(words(Deadline, "deadline"))
    deadline_at: Mapped[Moment]
    days: Mapped[int] = mapped_column(SmallInteger)  # before the deadline
    at: Mapped[Moment]
    # How many were queued: none when the deadline was met, or a nearer step spoke for this one.
    mails: Mapped[int]
