"""What is broken on purpose, to see that the oracle notices (R28); applied in a worker's process.

Each takes away one thing that the promise rests on, wherever it is asked for.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from newsletter.deliveries import claim, recover
from newsletter.extensions import db
from newsletter.sending import claim as claiming
from newsletter.sending import outgoing
from newsletter.sending import recover as recovering
from newsletter.sending.journal import Journal
from newsletter.sending.lease import Leases


def without_outbox() -> None:
    """A delivery is crossed off when it is claimed: no durable row owes it while it is sent."""
    take = claim.take

    def take_and_forget(claim_id: int, *arguments: Any) -> None:
        take(claim_id, *arguments)
        db.session.execute(
            text("""update deliveries set status = 'sent', sent_at = now(), ended_at = now(),
                           claim_id = null where claim_id = :claim_id"""),
            {"claim_id": claim_id},
        )

    claim.take = take_and_forget


def without_journal() -> None:
    """What is offered and heard is not written down before it is in the database."""
    Journal.offering = lambda *_: None  # type: ignore[method-assign]
    Journal.outcome = lambda *_: None  # type: ignore[method-assign]
    Journal.settled = lambda *_, **__: None  # type: ignore[method-assign]


def without_lease() -> None:
    """Nobody asks whether a claim is still his, and whoever recovers takes what others hold."""
    Leases.holds = lambda *_: True  # type: ignore[method-assign]
    outgoing.FRESH_SECONDS = float("inf")
    open_claims, lock_open = recover.open_claims, recover.lock_open

    def all_open() -> list[recover.Abandoned]:
        return [each._replace(has_expired=True) for each in open_claims()]

    def lock_any(claim_ids: Sequence[int], *, expired_only: bool) -> list[int]:
        return lock_open(claim_ids, expired_only=False)

    recovering.open_claims, recovering.lock_open = all_open, lock_any


def without_stable_name() -> None:
    """Each attempt has a Message-ID of its own."""

    def another(*_: Any, domain: str, **__: Any) -> str:
        return f"<{secrets.token_hex(16)}@{domain}>"

    claiming.message_id_in_mailing = another
    read_due = claim.read_due

    def read_nameless(locked: Sequence[Sequence[Any]]) -> list[claim.Due]:
        found = read_due(locked)
        for due in found:
            due.message_id = None
        return found

    claim.read_due = read_nameless


ALTERATIONS: Mapping[str, Callable[[], None]] = {
    "outbox": without_outbox,
    "journal": without_journal,
    "lease": without_lease,
    "Message-ID": without_stable_name,
}
