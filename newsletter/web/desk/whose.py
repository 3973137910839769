"""Whose articles who works here may see: all of them, or those of one association alone."""

from flask_security import current_user

from newsletter.accounts.models import RoleName


def partner_alone() -> int | None:
    """The association whose articles are the only ones for this account; None when all are.

    A contributor of a partner sees that partner's alone. From editor on somebody answers for the
    whole magazine, whoever she works for.
    """
    person = current_user
    if any(role.name != RoleName.CONTRIBUTOR for role in person.roles):
        return None
    alone: int | None = person.partner_id
    return alone
