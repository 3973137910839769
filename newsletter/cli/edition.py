"""`newsletter edition send`: let an edition leave, by the same rules as at the desk."""

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json
from newsletter.core import settings
from newsletter.editions.content import content_of, missing_for_sending
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import get_edition
from newsletter.editions.schedule import schedule
from newsletter.emails.compile import compile_edition
from newsletter.errors import EditionNotReady, MailTooLarge, WrongState
from newsletter.jobs import Job, enqueue
from newsletter.sending.house import house_of
from newsletter.transaction import transaction


@click.group()
def edition() -> None:
    """Editions of the magazine."""


@edition.command("send")
@click.argument("key")
@click.option("--now", "leave_now", is_flag=True, help="Let it leave; without this, only look.")
@as_operator
@as_json
def send(key: str, leave_now: bool, operator: str, json_wanted: bool) -> None:
    """Send edition KEY (as 20-8) to its readers, once; workers carry it.

    The desk's rules hold, and the audit trail gets your name. Without --now it says what the
    edition still misses and sends nothing.
    """
    if leave_now:
        _let_leave(key, operator=operator, json_wanted=json_wanted)
    else:
        _look(key, json_wanted=json_wanted)


def _let_leave(key: str, *, operator: str, json_wanted: bool) -> None:
    with opened():
        with transaction():
            now = clock.now()
            found = get_edition(key)
            try:
                schedule(found, send_at=now, now=now)
            except EditionNotReady:
                raise
            except WrongState as error:
                raise WrongState(f"edition {key} is {error}.") from error
            if _is_too_large(found):
                raise EditionNotReady(["too_large"])
            record("send_now", f"edition:{key}", now=now, actor=f"operator:{operator}",
                   door="cli", send_at=now.isoformat())
            enqueue(Job.CARRY_OUT_EDITION, found.id)
        if json_wanted:
            print_json({"edition": key, "status": found.status.value, "send_at": now})
        else:
            click.echo(f"Edition {key} leaves now: follow it with `newsletter mailing list`.")


def _look(key: str, *, json_wanted: bool) -> None:
    with opened():
        found = get_edition(key)
        missing = missing_for_sending(found, send_at=clock.now())
        if not missing and _is_too_large(found):
            missing = ["too_large"]
        status = found.status.value
    if json_wanted:
        print_json({"edition": key, "status": status, "missing": missing})
    else:
        way_on = "" if missing or status == EditionStatus.PUBLISHED else ": add --now to send it"
        click.echo(f"Edition {key} is {status} and misses {', '.join(missing) or 'nothing'}. "
                   f"Nothing was sent{way_on}.")


def _is_too_large(found: Edition) -> bool:
    """Whether the mail is over the size at which mailbox providers clip, as the desk asks (M11)."""
    house = house_of(settings())
    try:
        compile_edition(content_of(found), identity=house.identity, urls=house.urls)
    except MailTooLarge:
        return True
    return False
