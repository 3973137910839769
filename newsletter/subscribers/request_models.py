"""Tables of what readers ask of the desk under the AVG, and how it was handled."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class DataRequestKind(StrEnum):
    """What is asked: AVG articles 15 and 20, 16, 17, and 18 and 21."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"


class RequestOutcome(StrEnum):
    """How a request was handled."""

    GIVEN = "given"
    CORRECTED = "corrected"
    ERASED = "erased"
    STOPPED = "stopped"
    NOTHING_HELD = "nothing_held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DataRequest(Model):
    """A request in writing, due within a month of its day, or three once (AVG article 12(3)).

    The reader hears of that extension and its reason within the first month.

    Holds a reader's number or nobody's, never an address: what she wrote stays with the mail that
    she sent. Who was erased leaves the number and the dates; the note goes with her.
    """

    __tablename__ = "data_requests"
    __table_args__ = (
        CheckConstraint("num_nulls(handled_at, handled_by, outcome) in (0, 3)", name="handled"),
        CheckConstraint("due_on > received_on", name="due_on"),
        CheckConstraint("length(note) <= 500", name="note"),
        CheckConstraint("num_nulls(extended_at, extended_by) in (0, 2)", name="extended"),
        CheckConstraint("length(extended_because) <= 500", name="extended_because"),
        Index("ix_data_requests_due_on", "due_on", postgresql_where=text("handled_at is null")),
        Index("ix_data_requests_handled_at", "handled_at",
              postgresql_where=text("handled_at is not null")),
        Index("ix_data_requests_subscriber_id", "subscriber_id",
              postgresql_where=text("subscriber_id is not null")),
    )

    id: Mapped[Key]
    kind: Mapped[DataRequestKind] = mapped_column(words(DataRequestKind, "kind"))
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("subscribers.id"))
    received_on: Mapped[date]
    due_on: Mapped[date]
    opened_at: Mapped[Moment]
    opened_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    handled_at: Mapped[Moment | None]
    handled_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    outcome: Mapped[RequestOutcome | None] = mapped_column(words(RequestOutcome, "outcome"))
    note: Mapped[str] = mapped_column(server_default="")
    extended_at: Mapped[Moment | None]
    extended_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    extended_because: Mapped[str] = mapped_column(server_default="")
