"""Suppress an address, and tell whether it is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import Suppression
from newsletter.extensions import db


class SuppressionReason(StrEnum):
    """Why we shall not write to an address; each graver than the one before."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    NEVER_AGAIN = "never_again"


GRAVITY = tuple(SuppressionReason)

# As one text: a driver takes longer for an array than PostgreSQL for the answer.
_REASONS = text("""
    select address_hash, reason from suppressions
     where address_hash = any (string_to_array(:hashes, ','))
""")


def suppress(address_hash: str, *, reason: SuppressionReason, now: datetime) -> None:
    """Keep the keyed hash and why; a second reason replaces the first when it is graver."""
    db.session.execute(
        insert(Suppression)
        .values(address_hash=address_hash, reason=reason.value, created_at=now)
        .on_conflict_do_update(
            index_elements=[Suppression.address_hash],
            set_={"reason": reason.value, "created_at": now},
            where=Suppression.reason.in_(GRAVITY[: GRAVITY.index(reason)]),
        )
    )


def find_reason(address_hashes: Sequence[str]) -> SuppressionReason | None:
    """Why an address is suppressed (its hash under any key), the gravest reason, or None."""
    return max(reasons_of(address_hashes).values(), key=GRAVITY.index, default=None)


def find_suppression(address_hashes: Sequence[str]) -> Suppression | None:
    """The gravest suppression of an address (its hash under any key), or None."""
    found = db.session.scalars(
        select(Suppression).where(Suppression.address_hash.in_(address_hashes))
    )
    return max(found, key=lambda row: GRAVITY.index(SuppressionReason(row.reason)), default=None)


def reasons_of(address_hashes: Collection[str]) -> dict[str, SuppressionReason]:
    """The reason for each of these hashes that is suppressed, in one statement."""
    if not address_hashes:
        return {}
    rows = db.session.execute(_REASONS, {"hashes": ",".join(address_hashes)}).all()
    return {address_hash: SuppressionReason(reason) for address_hash, reason in rows}


def lift_hard_bounce(address_hashes: Sequence[str]) -> None:
    """Take away that an address bounced, and nothing graver.

    Who confirms has shown that it works (W07); who is erased never asked for it (P06).
    """
    db.session.execute(
        delete(Suppression).where(
            Suppression.address_hash.in_(address_hashes),
            Suppression.reason == SuppressionReason.HARD_BOUNCE.value,
        )
    )
