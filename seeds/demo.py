"""The demo's logins at the desk; for a machine of one's own, never for production."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.accounts.add import add_account
from newsletter.accounts.queries import find_account_by_email
from newsletter.accounts.second_factor import set_second_factor
from newsletter.core import signer


@dataclass(frozen=True)
class Login:
    """Who can log in at the desk of the demo. Password and key of the codes are no secrets."""

    email: str
    name: str
    password: str
    roles: tuple[str, ...]
    totp_key: str  # in base 32, as an app takes it


LOGINS = (
    Login("redactie@ingovernment.example", "Robin de Redacteur", "jaarplan-met-acht-edities",
          ("editor",), "RGTQ4ZTJMUQGSZDFNVXSASLOM4XG4ZLX"),
    Login("uitgever@ingovernment.example", "Uli de Uitgever", "acht-edities-per-jaargang",
          ("publisher",), "OVUXIZ3FOZSXEIDEMVWW6ICJNZTS43TF"),
)


def add_logins(now: datetime) -> None:
    """Add the logins that are not there yet; one that changed its password or app keeps it."""
    for login in LOGINS:
        account = find_account_by_email(login.email) or add_account(
            email=login.email, name=login.name, password=login.password,
            roles=login.roles, now=now,
        )
        if account.tf_primary_method is None:
            set_second_factor(account, login.totp_key, signer=signer())
