"""Believe the mark: after a restore, whether it can know of every claim that was made (R23)."""

from newsletter.config import Settings
from newsletter.deliveries.hold import find_open_restore
from newsletter.deliveries.reconcile import Reached, known_to_backup
from newsletter.deliveries.restore_models import Restore
from newsletter.errors import WrongState
from newsletter.jobs import Lane
from newsletter.logs import get_logger
from newsletter.sending.notice_restore import mark_of
from newsletter.transaction import transaction

log = get_logger(__name__)


def doubt_of(settings: Settings) -> str:
    """Why the mark is surely not whole, in an operator's words; empty when it may be.

    Raises WrongState when no restore is open, ServerMissing when the mark cannot be read.
    """
    with transaction():
        restore = _open_restore()
        noted, known = _noted(settings, restore), known_to_backup(restore)
    if not noted.claim:
        return f"{settings.high_water} is missing, or knows of no claim of this database"
    if not known.is_within(noted):
        return (f"{settings.high_water} knows of claim {noted.claim} and deliveries {noted.bulk} "
                f"and {noted.prompt}, and the backup itself of {known.claim}, {known.bulk} and "
                f"{known.prompt}")
    return ""


def check_mark(settings: Settings) -> None:
    """Raises WrongState when the mark is surely not whole: what lies beyond it may have left."""
    if doubt := doubt_of(settings):
        raise WrongState(f"{doubt}: the mark is not whole; run it without --mark-is-whole")


def look_again(settings: Settings) -> None:
    """Note what the mark says by now: the right file may have been put there since the restore."""
    with transaction():
        restore = _open_restore()
        noted = _noted(settings, restore)
        if noted == _as_noticed(restore):
            return
        restore.marked_claim, restore.marked_bulk, restore.marked_prompt = noted
        # Passed again by whoever looks next, when the numbers of since are not beyond it.
        if max(noted.bulk, noted.prompt) >= (restore.first_delivery or 0):
            restore.first_delivery = None
    log.info("mark_noted_again", **noted._asdict())


def _noted(settings: Settings, restore: Restore) -> Reached:
    """What was noted when the restore was noticed, and what is read now, whichever is further.

    Every tick raises the claim that is read to what the database knows, so that only counts where
    deliveries came further too.
    """
    before, mark = _as_noticed(restore), mark_of(settings).read()
    bulk, prompt = mark.claimed(Lane.BULK), mark.claimed(Lane.PROMPT)
    if bulk <= before.bulk and prompt <= before.prompt:
        return before
    return Reached(max(before.claim, mark.claim), max(before.bulk, bulk),
                   max(before.prompt, prompt))


def _as_noticed(restore: Restore) -> Reached:
    return Reached(restore.marked_claim, restore.marked_bulk, restore.marked_prompt)


def _open_restore() -> Restore:
    restore = find_open_restore()
    if restore is None:
        raise WrongState("sending is not held for a restore")
    return restore
