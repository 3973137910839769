"""`newsletter accounts`: who may work at the desk."""

import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.audit import record
from newsletter.accounts.models import Account, RoleName
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_csv, as_json, print_rows
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.partners.models import Partner
from newsletter.partners.queries import find_partner
from newsletter.transaction import transaction

COLUMNS = ("email", "name", "roles", "partner", "active", "created_at")
ROLES = [role.value for role in RoleName]


@click.group()
def accounts() -> None:
    """Who may work at the desk."""


@accounts.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What the person is called.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES),
              help="What the account may do; may be said more than once.")
@click.option("--partner", metavar="SLUG",
              help="The association that she works for; a contributor sees its articles alone.")
@click.option("--password-stdin", is_flag=True,
              help="Read the password from standard input, not from the terminal.")
@as_operator
def add(
    email: str, name: str, roles: tuple[str, ...], partner: str | None, password_stdin: bool,
    operator: str,
) -> None:
    """Add the account EMAIL. The password is asked for, and never part of the command."""
    password = _password(password_stdin)
    with opened(), transaction():
        now = clock.now()
        found = find_partner(partner) if partner else None
        if partner and found is None:
            raise BadInput("partner", "unknown")
        account = add_account(email=email, name=name, password=password, roles=roles, now=now,
                              partner_id=found.id if found else None)
        record("add_account", f"account:{account.id}", now=now, actor=f"operator:{operator}",
               door="cli", roles=sorted(roles), partner=partner)
    click.echo(f"{email} may log in at the desk as {', '.join(sorted(roles))}.", err=True)


@accounts.command("list")
@as_json
@as_csv
def list_accounts(json_wanted: bool, csv_wanted: bool) -> None:
    """List the accounts and their roles."""
    with opened():
        found = db.session.execute(
            select(Account, Partner.slug).outerjoin(Partner, Partner.id == Account.partner_id)
            .options(selectinload(Account.roles)).order_by(Account.email)
        )
        rows = [
            {"email": account.email, "name": account.name,
             "roles": sorted(role.name for role in account.roles), "partner": partner,
             "active": account.active, "created_at": account.created_at}
            for account, partner in found
        ]
    print_rows(COLUMNS, rows, json_wanted=json_wanted, csv_wanted=csv_wanted)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
