"""The demo's logins at the desk; for a machine of one's own, never for production."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.accounts.add import add_account
from newsletter.accounts.queries import find_account_by_email


@dataclass(frozen=True)
class Login:
    """Who can log in at the desk of the demo. The password is no secret: it is printed."""

    email: str
    name: str
    password: str
    roles: tuple[str, ...]


LOGINS = (
    Login("redactie@ingovernment.example", "Robin de Redacteur", "jaarplan-met-acht-edities",
          ("editor",)),
    Login("uitgever@ingovernment.example", "Uli de Uitgever", "acht-edities-per-jaargang",
          ("publisher",)),
)


def add_logins(now: datetime) -> None:
    """Add the logins that are not there yet; one that changed its password keeps it."""
    for login in LOGINS:
        if find_account_by_email(login.email) is None:
            add_account(
                email=login.email, name=login.name, password=login.password,
                roles=login.roles, now=now,
            )
