"""`newsletter edition send`: let an edition leave, by the same rules as at the desk."""

from datetime import datetime

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json
from newsletter.core import settings
from newsletter.editions.change import lock
from newsletter.editions.content import missing_for_sending
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import get_edition
from newsletter.editions.schedule import schedule
from newsletter.editions.take_approved import approval_that_holds
from newsletter.errors import EditionNotReady, NotApproved, WrongState
from newsletter.jobs import Job, enqueue
from newsletter.sending.check_edition import refuse_blocked
from newsletter.sending.compile_now import compile_leaving
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
            lock(found)
            try:
                leaving = compile_leaving(found, settings=settings(), send_at=now)
                schedule(found, leaving, send_at=now, now=now)
                refuse_blocked(found, leaving, settings=settings())
            except EditionNotReady:
                raise
            except NotApproved as error:
                raise NotApproved(f"edition {key}: {_unapproved(error)}.") from error
            except WrongState as error:
                raise WrongState(f"edition {key} is {error}.") from error
            record("send_now", f"edition:{key}", now=now, actor=f"operator:{operator}",
                   door="cli", send_at=now.isoformat())
            enqueue(Job.CARRY_OUT_EDITION, found.id)
        if json_wanted:
            print_json({"edition": key, "status": found.status.value, "send_at": now})
        else:
            click.echo(f"Edition {key} leaves now: follow it with `newsletter mailing list`.")


def _look(key: str, *, json_wanted: bool) -> None:
    with opened():
        found, now = get_edition(key), clock.now()
        missing = missing_for_sending(found, send_at=now)
        if not missing:
            missing = _missing_else(found, now)
        status = found.status.value
    if json_wanted:
        print_json({"edition": key, "status": status, "missing": missing})
    else:
        way_on = "" if missing or status == EditionStatus.PUBLISHED else ": add --now to send it"
        click.echo(f"Edition {key} is {status} and misses {', '.join(missing) or 'nothing'}. "
                   f"Nothing was sent{way_on}.")


def _missing_else(found: Edition, now: datetime) -> list[str]:
    """What only its mail tells: that it is `too_large`, or what the desk's checks refuse.

    Or `approval`, when no second person approved the mail as it would leave now.
    """
    try:
        compiled = compile_leaving(found, settings=settings(), send_at=now)
        if found.status is not EditionStatus.PUBLISHED:
            refuse_blocked(found, compiled, settings=settings(), send_at=now)
            approval_that_holds(found, compiled)
    except EditionNotReady as error:
        return error.missing
    except NotApproved:
        return ["approval"]
    return []


def _unapproved(error: NotApproved) -> str:
    reason = str(error)
    if reason == "none":
        return "no second person approved it; approval is asked at the desk"
    if reason == "waiting":
        return "it waits for a second person to approve it, at the desk"
    return f"its {reason} is not as approved; ask approval anew at the desk"
