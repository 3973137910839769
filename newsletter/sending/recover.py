"""Recover, every tick: what owners that are gone had in hand, lost wake-ups, finished mailings."""

from datetime import datetime
from itertools import groupby
from pathlib import Path

from newsletter.config import Settings
from newsletter.deliveries.due import lanes_with_work
from newsletter.deliveries.record import unrecorded
from newsletter.deliveries.recover import lock_open, open_claims, resolve
from newsletter.extensions import db
from newsletter.jobs import Job, Lane, enqueue
from newsletter.logs import get_logger
from newsletter.mailings.close import close_finished
from newsletter.sending import journal
from newsletter.sending.notice_restore import notice_restore
from newsletter.sending.pace import tidy
from newsletter.sending.settle import write_down
from newsletter.transaction import transaction

log = get_logger(__name__)

_SENDS = {Lane.PROMPT: Job.SEND_PROMPT, Lane.BULK: Job.SEND_BULK}
# With the relay's log at hand, an unclear mail waits until the log surely shows it (R12).
WAIT_FOR_LOG = 5.0


def recover(settings: Settings, *, now: datetime) -> None:
    """Resolve what was abandoned, close what is finished, and ask again for the rest.

    Safe to repeat and to run anywhere; a broker that lost every wake-up costs one tick (R09).
    """
    recover_claims(settings, now=now)
    with transaction():
        finished = close_finished(now=now)
        for lane in lanes_with_work():
            enqueue(_SENDS[lane])
    with transaction():
        tidy(db.session())
    for mailing_id in finished:
        log.info("mailing_finished", mailing=mailing_id)


def recover_claims(settings: Settings, *, now: datetime) -> None:
    """Settle what owners that are gone had in hand."""
    recover_journals(settings, now=now)
    _recover_expired(settings, now=now)


def recover_journals(settings: Settings, *, now: datetime) -> None:
    """Of every process of this machine that ended, settle what its journal says, at once.

    What was answered is recorded as answered, what was offered without an answer is unclear, and
    the rest goes back as it was. A journal goes when the database has all of it.
    """
    # First, for a journal speaks of numbers that a restored database may give out again (R23).
    notice_restore(settings, now=now)
    for path in journal.journals(settings.spool):
        with journal.taken_over(path) as is_ours:
            if is_ours and _recover_journal(settings, path, now=now):
                path.unlink(missing_ok=True)


def _recover_journal(settings: Settings, path: Path, *, now: datetime) -> bool:
    """Whether the database has all of it now; not when another resolves a claim of it by lease.

    That one reads the journal too, so it must stay until the next time.
    """
    said = journal.read(path)
    with transaction():
        mine = [each.claim_id for each in open_claims()
                if journal.path_of(settings.spool, each.worker) == path]
        held = lock_open(mine, expired_only=False)
        if len(held) < len(mine):
            return False
        _settle(settings, held, said, worker=path.stem, now=now)
    return True


def _recover_expired(settings: Settings, *, now: datetime) -> None:
    """Of owners who live, or of other machines: only claims past their lease (R07).

    A journal that can be read, and is whole, says what was offered; else all of it may have been.
    """
    with transaction():
        expired = [each for each in open_claims() if each.has_expired]
    for worker, claims in groupby(sorted(expired, key=lambda e: e.worker), lambda e: e.worker):
        path = journal.path_of(settings.spool, worker)
        with transaction():
            held = lock_open([each.claim_id for each in claims], expired_only=True)
            if not held:
                continue  # another was faster, and may have taken the journal away
            # Read behind the lock: its owner may not offer any more, so this is its last word.
            said = journal.read(path) if path.exists() else journal.Said([], is_whole=False)
            _settle(settings, held, said, worker=worker, now=now)


def _settle(
    settings: Settings,
    ids: list[int],
    said: journal.Said,
    *,
    worker: str,
    now: datetime,
) -> None:
    """Resolve locked claims by what is known of them; unless that is whole, more was offered."""
    words = journal.last_words(said.entries)
    # A journal remembers what was recorded long ago; nobody is to hear of that again.
    write_down(unrecorded([each for each in words.values() if each is not None]),
               worker=worker, now=now)
    offered = [delivery_id for (delivery_id, claim_id), result in words.items()
               if result is None and claim_id in ids]
    if not ids:
        return
    unclear, back = resolve(
        ids, offered=offered if said.is_whole else None,
        wait_seconds=WAIT_FOR_LOG if settings.relay_log else 0.0,
        why="its process ended before the answer" if said.is_whole
        else "its process is gone, and with it what it knew",
    )
    log.warning("claims_abandoned", worker=worker, claims=len(ids), unclear=unclear, back=back)
