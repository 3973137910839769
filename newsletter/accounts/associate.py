"""Set the association that somebody at the desk works for."""

from newsletter.accounts.models import Account


def associate(account: Account, partner_id: int | None) -> None:
    """None is the magazine itself. A contributor sees from now on that partner's articles alone."""
    account.partner_id = partner_id
