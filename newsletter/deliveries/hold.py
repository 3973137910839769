"""Hold: nothing leaves from a database that a backup brought back, until it is reconciled (R23)."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text

from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.restore_models import Installation, Restore
from newsletter.deliveries.switch import switch
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.high_water import Mark
from newsletter.jobs import Lane

RESTORED_ALARM = ("database_restored", "database")

# A sequence that was never asked has no last number, but says 1.
_NUMBERS = text("""
    select (select case when is_called then last_value else 0 end from claims_id_seq) as claim,
           (select case when is_called then last_value else last_value - 1 end
              from deliveries_id_seq) as delivery,
           (select max(id) from claims) as committed,
           (select max(at) from claims) as claimed_at
""")


_ONE_AT_A_TIME = text("select pg_advisory_xact_lock('restores'::regclass::oid::integer, 0)")


class Numbers(NamedTuple):
    """The last numbers given out, the highest claim that is committed, and its moment."""

    claim: int
    delivery: int
    committed: int | None
    claimed_at: datetime | None


def identity() -> str:
    """Which database this is, whatever machine it was restored to."""
    return str(db.session.execute(select(Installation.id)).scalar_one())


def numbers() -> Numbers:
    """How far this database has come."""
    return Numbers(*db.session.execute(_NUMBERS).one())


def find_open_restore() -> Restore | None:
    """The restore for which sending is held, if it is."""
    return db.session.scalar(
        select(Restore).where(Restore.released_at.is_(None))
        .execution_options(populate_existing=True)
    )


def is_held_since(moment: datetime) -> bool:
    """Whether a restore was noticed since then; one of before may have come with a backup."""
    db.session.execute(_ONE_AT_A_TIME)
    restore = find_open_restore()
    return restore is not None and restore.noticed_at >= moment


def hold_behind(mark: Mark, *, by: str, now: datetime) -> bool:
    """Hold when this database is behind the mark; whether that was news.

    Of several who notice at once, one that comes late finds the numbers passed, and does nothing.
    """
    db.session.execute(_ONE_AT_A_TIME)
    return numbers().claim < mark.claim and hold(mark, by=by, now=now)


def hold(mark: Mark, *, by: str, now: datetime) -> bool:
    """Hold all sending, with an alarm, and note what is known; whether the alarm is new.

    Safe to repeat. Commit it before `pass_numbers`, which no rollback takes back.
    """
    db.session.execute(_ONE_AT_A_TIME)
    restore, found = find_open_restore() or Restore(), numbers()
    restore.noticed_at, restore.backed_up_at = now, found.claimed_at
    restore.found_claim, restore.found_delivery = found.claim, found.delivery
    restore.marked_claim = mark.claim
    restore.marked_bulk, restore.marked_prompt = mark.claimed(Lane.BULK), mark.claimed(Lane.PROMPT)
    # A row of an earlier restore may have come back with the backup.
    restore.first_delivery = restore.reconciled_at = None
    restore.counts = {}
    db.session.add(restore)
    db.session.flush()
    switch(SwitchName.SENDING_HELD, is_on=True, by=by, now=now)
    return ring(now=now)


def ring(*, now: datetime) -> bool:
    """Raise the alarm of an open restore, also when somebody closed it; whether it was not open."""
    restore = find_open_restore()
    return restore is not None and raise_alarm(
        *RESTORED_ALARM, now=now, found_claim=restore.found_claim,
        marked_claim=restore.marked_claim)


def pass_numbers(restore: Restore) -> None:
    """Let every number jump past whatever was given out and lost; in a transaction of its own."""
    restore.first_delivery = db.session.execute(
        text("select pass_numbers(:claim, :delivery)"),
        {"claim": max(restore.found_claim, restore.marked_claim),
         "delivery": max(restore.found_delivery, restore.marked_bulk, restore.marked_prompt)},
    ).scalar_one()


def release(*, by: str, now: datetime) -> Restore:
    """Let sending go on after a restore. Raises WrongState unless all is reconciled."""
    restore = find_open_restore()
    if restore is None:
        raise WrongState("sending is not held")
    if restore.reconciled_at is None:
        raise WrongState("the database is not reconciled: run `newsletter reconcile`")
    restore.released_at = now
    switch(SwitchName.SENDING_HELD, is_on=False, by=by, now=now)
    clear_alarm(*RESTORED_ALARM, now=now)
    return restore
