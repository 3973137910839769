"""Notice that the database is a backup that came back, by the mark outside it, and hold (R23).

Whoever claims looks, and every tick does. A machine that claims nothing raises its mark by the
tick, so that a mark of its own is at most one tick behind that of the others.
"""

from datetime import datetime, timedelta

from newsletter.accounts.audit import record
from newsletter.config import Settings
from newsletter.deliveries import hold as ledger
from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.deliveries.claim import close_claims, open_claim
from newsletter.errors import ServerMissing
from newsletter.extensions import db
from newsletter.high_water import HighWater, Mark
from newsletter.jobs import Lane
from newsletter.logs import get_logger
from newsletter.transaction import transaction

log = get_logger(__name__)

MARK_ALARM = ("high_water_unusable", "high-water")
SYSTEM = "system"
HELD = "switch:sending_held"


def mark_of(settings: Settings) -> HighWater:
    """The mark of the database at hand, in the transaction at hand."""
    return HighWater(settings.high_water, ledger.identity())


def notice_restore(settings: Settings, *, now: datetime) -> bool:
    """Whether sending is held for a restore; holds it when this is the first to notice.

    Safe to repeat. Without a mark that can be read and written it holds nothing, but says so by an
    alarm, until it can; nothing is sent without one either (`is_mark_usable`).
    """
    try:
        with transaction():
            mark = mark_of(settings)
            # In this order: who raises the mark has committed before.
            noted, reached = mark.read(), ledger.numbers()
            if reached.claim < noted.claim:
                note_restore(noted, now=now)
        mark.raise_to(reached.committed or 0)
    except ServerMissing as error:
        _say(error, now=now)
        return False
    with transaction():
        clear_alarm(*MARK_ALARM, now=now)
    return _see_to_open_restore(now=now)


def is_mark_usable(settings: Settings, *, now: datetime) -> bool:
    """Whether the mark can be read and written; if not an alarm says why, and nothing is sent."""
    try:
        with transaction():
            mark = mark_of(settings)
        mark.raise_to(mark.read().claim)
    except ServerMissing as error:
        _say(error, now=now)
        return False
    with transaction():
        clear_alarm(*MARK_ALARM, now=now)
    return True


def note_restore(mark: Mark, *, now: datetime) -> None:
    """Hold sending, in the transaction at hand, when the database is behind the mark.

    That no number is given out again comes after its commit, by whoever looks next.
    """
    if ledger.hold_behind(mark, by=SYSTEM, now=now):
        record("sending_held", HELD, now=now, actor=SYSTEM, door="clock", marked_claim=mark.claim)
        log.error("database_restored", marked_claim=mark.claim)


def outrun_backup(settings: Settings) -> None:
    """After a backup: make a claim of nothing, so that it is behind the mark whatever follows.

    Raises ServerMissing when the mark cannot be written.
    """
    with transaction():
        mark = mark_of(settings)
        claim_id, _ = open_claim(
            Lane.UPKEEP, worker="backup", lease=timedelta(0), key_id="", dkim=())
        close_claims([claim_id])
    mark.raise_to(claim_id)


def hold_restored(
    settings: Settings, *, operator: str, since: datetime, now: datetime
) -> None:
    """Hold sending because an operator says that the database was restored, not before `since`.

    Safe to repeat, and when a tick was faster.
    """
    with transaction():
        if not ledger.is_held_since(since):
            ledger.hold(mark_of(settings).read(), by=f"operator:{operator}", now=now)
            record("sending_held", HELD, now=now, actor=f"operator:{operator}", door="cli")
    _see_to_open_restore(now=now)


def _see_to_open_restore(*, now: datetime) -> bool:
    with transaction():
        restore = ledger.find_open_restore()
        if restore is None:
            return False
        ledger.ring(now=now)
        if restore.first_delivery is None:
            ledger.pass_numbers(restore)
    return True


def _say(error: ServerMissing, *, now: datetime) -> None:
    db.session.rollback()
    log.error("high_water_unusable", reason=str(error))
    with transaction():
        raise_alarm(*MARK_ALARM, now=now, reason=str(error))
