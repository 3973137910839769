"""Keep an admin: who changes what others may do waits for who else does, and is one himself."""

from sqlalchemy import func, select

from newsletter.accounts.models import Account, Role, RoleName
from newsletter.errors import WrongState
from newsletter.extensions import db

_LOCK = (0xAD31, 1)


def keep_admin(by: int) -> None:
    """Hold such changes by others until the end of the transaction. First of the deed's locks.

    Raises WrongState `no_admin` when `by` lost that meanwhile: two admins that switch each other
    off at the same time cannot both succeed. Nobody does it to himself, so `by` remains.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(*_LOCK)))
    still = select(Account.id).join(Account.roles).where(
        Account.id == by, Account.active, Role.name == RoleName.ADMIN)
    if db.session.scalar(still) is None:
        raise WrongState("no_admin")
