"""Set what an account may do."""

from collections.abc import Iterable

from sqlalchemy import select

from newsletter.accounts.keep_admin import keep_admin
from newsletter.accounts.models import Account, Role, RoleName
from newsletter.errors import BadInput
from newsletter.extensions import db


def set_roles(account: Account, roles: Iterable[str], *, by: int) -> None:
    """Give the account these roles and no others. `by` is the account that does so.

    Raises BadInput at `roles`: nobody takes admin from himself, so there is always one. Raises
    WrongState when `by` is no admin any more.
    """
    wanted = set(roles)
    if not wanted or not wanted <= set(RoleName):
        raise BadInput("roles", "unknown")
    if account.id == by and RoleName.ADMIN not in wanted:
        raise BadInput("roles", "own")
    keep_admin(by)
    account.roles = list(db.session.scalars(select(Role).where(Role.name.in_(wanted))))
