"""One act at the desk: its deed, its entry in the audit trail and its commit, as one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask_security import current_user

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.transaction import transaction
from newsletter.web.origin import origin


@dataclass
class Act:
    """What the audit trail will keep; the deed may add what it only knows afterwards."""

    name: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


@contextmanager
def recorded(name: str, subject: str, **details: Any) -> Iterator[Act]:
    """A transaction in which a deed is done and recorded under who works here."""
    account_id = current_user.id
    act = Act(name, subject, details)
    with transaction():
        yield act
        record(act.name, act.subject, now=clock.now(), account_id=account_id, origin=origin(),
               **act.details)


def record_refusal(page: str, **details: Any) -> None:
    """Keep that who works here asked for a page that is not for the account, in a transaction."""
    with transaction():
        record("refused", f"page:{page}", now=clock.now(), account_id=current_user.id,
               origin=origin(), **details)
