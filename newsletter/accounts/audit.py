"""Record who did what, in the transaction of the deed itself."""

from datetime import datetime
from typing import Any

from newsletter.accounts.models import AuditEntry
from newsletter.extensions import db


def record(
    act: str,
    subject: str,
    *,
    now: datetime,
    account_id: int | None = None,
    actor: str = "account",
    door: str = "desk",
    **details: Any,
) -> None:
    """Add an entry to the audit trail, which nobody can change or remove.

    `act` is a verb as the deed is named ("schedule"), `subject` a table and key ("edition:20-8"),
    `actor` "account", "operator:<name>" or "system", `door` "desk", "cli" or "clock". `details`
    must fit JSON and hold no reader's address.
    """
    db.session.add(
        AuditEntry(
            at=now,
            account_id=account_id,
            actor=actor,
            door=door,
            act=act,
            subject=subject,
            details=details,
        )
    )
