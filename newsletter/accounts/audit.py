"""Record who did what, in the transaction of the deed itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from newsletter.accounts.audit_models import AuditEntry, AuditOrigin
from newsletter.accounts.models import Account
from newsletter.extensions import db


@dataclass(frozen=True)
class Origin:
    """From where an act came: an IP address, and the browser as it names itself."""

    address: str
    program: str


def record(
    act: str,
    subject: str,
    *,
    now: datetime,
    account_id: int | None = None,
    actor: str = "account",
    door: str = "desk",
    origin: Origin | None = None,
    **details: Any,
) -> None:
    """Add an entry to the audit trail, which nobody can change or remove.

    `act` is a verb as the deed is named ("schedule"), `subject` a table and key ("edition:20-8"),
    `actor` "account", "operator:<name>", "system" or "stranger" (who was not let in), `door`
    "desk", "cli" or "clock". `details` must fit JSON and hold no reader's address. `origin` is
    kept apart, until retention takes it away. Record last: other acts wait for this one until it
    is committed.
    """
    # All other locks before the one that acts wait for: what the deed wrote, and the account,
    # which somebody may be switching off who waits for that one too.
    db.session.flush()
    if account_id is not None:
        db.session.execute(
            select(Account.id).where(Account.id == account_id)
            .with_for_update(read=True, key_share=True)
        )
    entry = AuditEntry(
        at=now,
        account_id=account_id,
        actor=actor,
        door=door,
        act=act,
        subject=subject,
        details=details,
    )
    db.session.add(entry)
    if origin is not None:
        db.session.add(AuditOrigin(entry=entry, at=now, address=origin.address,
                                   program=origin.program))
