"""`newsletter reconcile`: after a restore, decide what may still leave (R23)."""

from typing import NamedTuple

import click

from newsletter import clock
from newsletter.cli.erasures import erase_all_again
from newsletter.cli.lazy import REFUSED
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json, print_table
from newsletter.cli.progress import bar
from newsletter.core import settings, signer
from newsletter.deliveries.hold import find_open_restore
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.recover import open_claims
from newsletter.deliveries.switch import is_on
from newsletter.errors import WrongState
from newsletter.sending import reconcile as deed
from newsletter.sending.evidence import Fate
from newsletter.sending.journal import journals
from newsletter.sending.notice_restore import hold_restored
from newsletter.transaction import transaction

SAYS = {
    Fate.SENT_BY_JOURNAL: "sent, as a worker's journal says",
    Fate.SENT_BY_LOG: "sent, as the relay's log says",
    Fate.UNSENT_BY_LOG: "may leave: the relay's log shows that it did not",
    Fate.BEYOND_MARK: "may leave: the mark shows that it was never claimed",
    Fate.NOT_DUE: "may leave: its turn comes after the restore",
    Fate.CLOSED: "closed: it may have left, so it never does again",
    Fate.IN_HAND: "in a worker's hands, now or when the backup was made",
}


class ToBeSettled(NamedTuple):
    """What is recovered before anything is decided; the journals are those of this machine."""

    open_claims: int
    journals: int


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
@click.option("--mark-is-whole", is_flag=True,
              help="Every machine that ever sent wrote this HIGH_WATER: what lies beyond it was "
              "never claimed, and may leave.")
@click.option("--restored", is_flag=True,
              help="This database is a restored backup, though nothing noticed it.")
@as_operator
@as_json
@click.pass_context
def reconcile(
    ctx: click.Context, dry_run: bool, mark_is_whole: bool, restored: bool, operator: str,
    json_wanted: bool,
) -> None:
    """Decide of every delivery that the backup calls open whether it may still leave.

    What cannot be proved unsent is closed, and never leaves again. Safe to repeat. When you agree
    with the figures, `newsletter sending release` lets the rest leave. Exit code 1 when workers
    hold something still: then run it again.
    """
    with opened():
        if not dry_run:
            _hold(operator, is_restored=restored)
            erase_all_again(operator)
        with bar() as progress:
            task = progress.add_task("deliveries", total=None)

            def on_done(done: int, of_all: int) -> None:
                progress.update(task, completed=done, total=of_all)

            if dry_run:
                planned, first = _to_be_planned(), _to_be_settled()
                found = deed.rehearse(settings(), signer(), is_mark_whole=mark_is_whole,
                                      on_done=on_done)
            else:
                planned, first = 0, ToBeSettled(0, 0)
                found = deed.reconcile(settings(), signer(), is_mark_whole=mark_is_whole,
                                       operator=operator, on_done=on_done)
    _show(found, planned, first, dry_run=dry_run, json_wanted=json_wanted)
    ctx.exit(0 if dry_run or found.is_complete else REFUSED)


def _hold(operator: str, *, is_restored: bool) -> None:
    """A restore that was killed between two of its steps left only the switch."""
    with transaction():
        is_open, is_held = find_open_restore() is not None, is_on(SwitchName.SENDING_HELD)
    if is_open:
        return
    if not (is_restored or is_held):
        raise WrongState("sending is not held for a restore; say --restored if this is one")
    now = clock.now()
    hold_restored(settings(), operator=operator, since=now, now=now)


def _to_be_planned() -> int:
    with transaction():
        restore = find_open_restore()
    if restore is None:
        raise WrongState("sending is not held for a restore")
    return deed.to_be_planned(restore)


def _to_be_settled() -> ToBeSettled:
    with transaction():
        return ToBeSettled(len(open_claims()), len(journals(settings().spool)))


def _show(
    found: deed.Reconciled, planned: int, first: ToBeSettled, *, dry_run: bool, json_wanted: bool
) -> None:
    totals = {fate: found.total(fate) for fate in Fate}
    if json_wanted:
        print_json({**{fate.value: count for fate, count in totals.items()},
                    "to_be_planned": planned, **first._asdict(), "log_is_fresh": found.is_log_fresh,
                    "has_unknown": found.has_unknown, "complete": found.is_complete,
                    "dry_run": dry_run})
        return
    print_table(("deliveries", "what"), [
        {"deliveries": totals[fate], "what": said} for fate, said in SAYS.items()])
    if found.is_log_fresh is False:
        click.echo("\nThe relay's log tells nothing of after the restore: what it does not name "
                   "may have left all the same.")
    if any(first):
        click.echo(f"\nThis is as it stands now. {first.open_claims} claims still open and "
                   f"{first.journals} journals in SPOOL are settled first, by every tick and by "
                   "the run itself: what they show as sent is sent by then, and in no figure of "
                   "the run.")
    if planned:
        click.echo(f"\nBesides, {planned} editions or slots of before the restore are planned "
                   "first, and counted.")
    if found.has_unknown:
        click.echo("\nMailings have left that this backup does not know. Before anybody sends an "
                   "edition: see in the relay's log or a mailbox of your own whether it had left.")
    if not found.is_complete:
        click.echo("\nNot complete: run it again when the leases are over.")
