"""The order of the roles, and whether who works here has one."""

from flask_security import current_user

from newsletter.accounts.models import RoleName

RANKS = list(RoleName)  # each role may do what the ones before it may


def may(role: RoleName) -> bool:
    """Whether who works here has that role, or one that stands above it."""
    return any(RANKS.index(RoleName(one.name)) >= RANKS.index(role) for one in current_user.roles)
