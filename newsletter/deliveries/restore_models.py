"""Tables of restores: which database this is, and what was noticed of a backup that came back."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment
from newsletter.extensions import Model


class Installation(Model):
    """One row: the identity that a database carries along into every backup of it."""

    __tablename__ = "installations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    made_at: Mapped[Moment]


class Restore(Model):
    """That a backup came back: what it knew, and what the mark outside knew (R23).

    At most one is open, until the operator releases sending.
    """

    __tablename__ = "restores"

    id: Mapped[Key]
    noticed_at: Mapped[Moment]
    # The last claim that the backup knows; it was made after that.
    backed_up_at: Mapped[Moment | None]
    # The last numbers that the backup had given out.
    found_claim: Mapped[int] = mapped_column(BigInteger)
    found_delivery: Mapped[int] = mapped_column(BigInteger)
    # How far claims, and the deliveries of each lane, had come by the mark outside.
    marked_claim: Mapped[int] = mapped_column(BigInteger)
    marked_bulk: Mapped[int] = mapped_column(BigInteger)
    marked_prompt: Mapped[int] = mapped_column(BigInteger)
    # The first number of a delivery since; none has this one or a higher one of before.
    first_delivery: Mapped[int | None] = mapped_column(BigInteger)
    reconciled_at: Mapped[Moment | None]
    released_at: Mapped[Moment | None]
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
