"""Reconcile: after a restore, decide of every open delivery whether it may still leave (R23).

What is proved sent becomes sent; what is proved unsent, or comes later, stays; all else that was
due before the restore is closed and never leaves. Safe to repeat, and to kill at any moment: each
batch is one transaction, and the same evidence gives the same decision.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from newsletter import clock
from newsletter.accounts.audit import record as audit
from newsletter.config import Settings
from newsletter.deliveries.claim import close_claims, open_claim
from newsletter.deliveries.hold import find_open_restore
from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.reconcile import close_restored, find_open, read_open
from newsletter.deliveries.record import Result, record
from newsletter.deliveries.recover import open_claims
from newsletter.deliveries.restore_models import Restore
from newsletter.digests.queries import due_slots, waiting_slots
from newsletter.digests.release import release_all
from newsletter.editions.due import due_editions
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.believe_mark import check_mark, look_again
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.evidence import Evidence, Fate, Judged
from newsletter.sending.notice_restore import notice_restore
from newsletter.sending.recover import recover_claims
from newsletter.tokens import Signer
from newsletter.transaction import transaction

AT_ONCE = 1_000  # deliveries to a transaction
# Deliveries to a question to the relay's log, which it may have to read as a whole for each.
ASKED_AT_ONCE = 50_000
# Fates that are final, so that a second run finds nothing of them any more.
FINAL = (Fate.SENT_BY_JOURNAL, Fate.SENT_BY_LOG, Fate.CLOSED)


@dataclass
class Reconciled:
    """How many deliveries met which fate; those of earlier runs in `before`."""

    fates: Counter[Fate] = field(default_factory=Counter)
    before: Mapping[str, int] = field(default_factory=dict)
    is_log_fresh: bool | None = None
    # Whether mailings have left that the backup does not know: nobody can close those.
    has_unknown: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left that somebody holds."""
        return not self.fates[Fate.IN_HAND]

    def total(self, fate: Fate) -> int:
        """With what earlier runs came to."""
        earlier = self.before.get(fate, 0) if fate in FINAL else 0
        return earlier + self.fates[fate]


def reconcile(
    settings: Settings,
    signer: Signer,
    *,
    is_mark_whole: bool,
    operator: str,
    on_done: Callable[[int, int], None],
) -> Reconciled:
    """Decide, and write it down; `on_done` hears how many of how many.

    Erasures must have been replayed. Raises WrongState when no restore is open, or when the mark
    is to be taken for whole and surely is not; ServerMissing when RELAY_LOG is set and cannot be
    read, or the mark cannot.
    """
    look_again(settings)
    notice_restore(settings, now=clock.now())
    if is_mark_whole:
        check_mark(settings)
    _plan_what_was_due(settings, _open_restore(), is_mark_whole=is_mark_whole)
    _settle_claims(settings)
    restore = _open_restore()
    evidence = Evidence(settings, signer, restore, is_mark_whole=is_mark_whole)
    done = _begun(restore, evidence)
    claim_id = _open_claim()
    for judged, of_all in _judged(evidence, restore, on_done):
        for start in range(0, len(judged), AT_ONCE):
            batch = judged[start : start + AT_ONCE]
            with transaction():
                _write_down(batch, restore, done, claim_id=claim_id)
            on_done(sum(done.fates.values()), of_all)
    with transaction():
        now = clock.now()
        present = _open_restore()
        present.reconciled_at = now if done.is_complete else None
        counts: dict[str, Any] = {fate: done.total(fate) for fate in Fate}
        audit("reconcile", f"restore:{present.id}", now=now, actor=f"operator:{operator}",
              door="cli", **counts)
    return done


def rehearse(
    settings: Settings, signer: Signer, *, is_mark_whole: bool,
    on_done: Callable[[int, int], None],
) -> Reconciled:
    """What `reconcile` would decide; nothing is changed, and what is to be planned is not seen."""
    restore = _open_restore()
    if is_mark_whole:
        check_mark(settings)
    evidence = Evidence(settings, signer, restore, is_mark_whole=is_mark_whole)
    done = _begun(restore, evidence)
    for judged, of_all in _judged(evidence, restore, on_done):
        done.fates.update(each.fate for each in judged)
        on_done(sum(done.fates.values()), of_all)
    return done


def _begun(restore: Restore, evidence: Evidence) -> Reconciled:
    return Reconciled(before=dict(restore.counts), is_log_fresh=evidence.is_log_fresh(),
                      has_unknown=restore.marked_bulk > restore.found_delivery)


def to_be_planned(restore: Restore) -> int:
    """How many editions and slots whose moment was before the restore wait to be carried out."""
    with transaction():
        until = restore.noticed_at
        held = [slot.id for slot in waiting_slots(until)]
        return len({*due_slots(until), *held}) + len(due_editions(until))


def _plan_what_was_due(settings: Settings, restore: Restore, *, is_mark_whole: bool) -> None:
    """Carry out now what the backup thinks is still to come: else it would leave afterwards.
    So too what it thinks is held, which may have been released, and sent, since.

    However late it is, unless the mark proves that no mailing has left which the backup lacks:
    else a person would be asked about it, and could send it to everybody again.
    """
    until = restore.noticed_at
    however_late = not (is_mark_whole and restore.marked_bulk <= restore.found_delivery)
    with transaction():
        for key in release_all(until):
            audit("release_slot", key, now=clock.now(), actor="system", door="cli")
        slots, editions = due_slots(until), due_editions(until)
    for slot_id in slots:
        carry_out_slot(slot_id, settings=settings, now=clock.now(), is_held=True,
                       however_late=however_late)
    for edition_id in editions:
        carry_out_edition(edition_id, settings=settings, now=clock.now(),
                          however_late=however_late)


def _settle_claims(settings: Settings) -> None:
    """What workers held when the backup was made is theirs until its lease is over."""
    until = clock.boot_seconds() + settings.lease_seconds + 1
    recover_claims(settings, now=clock.now())
    while _is_somebody_sending() and clock.boot_seconds() < until:
        threading.Event().wait(0.5)
        recover_claims(settings, now=clock.now())


def _is_somebody_sending() -> bool:
    with transaction():
        return bool(open_claims())


def _open_restore() -> Restore:
    restore = find_open_restore()
    if restore is None:
        raise WrongState("sending is not held for a restore")
    return restore


def _open_claim() -> int:
    """A claim of nothing, under which the attempts stand that nobody wrote down."""
    with transaction():
        claim_id, _ = open_claim(Lane.UPKEEP, worker="reconcile", lease=timedelta(0), key_id="",
                                 dkim=())
        close_claims([claim_id])
    return claim_id


def _judged(
    evidence: Evidence, restore: Restore, on_done: Callable[[int, int], None]
) -> Iterator[tuple[list[Judged], int]]:
    """All that is open with its fate, some at a time, and how many there are."""
    with transaction():
        ids = find_open(restore)
    on_done(0, len(ids))
    for start in range(0, len(ids), ASKED_AT_ONCE):
        with transaction():
            judged = evidence.judge(read_open(ids[start : start + ASKED_AT_ONCE], restore))
        yield judged, len(ids)


def _write_down(
    batch: Sequence[Judged], restore: Restore, done: Reconciled, *, claim_id: int
) -> None:
    """Only what is still as it was judged; a worker may have heard an answer meanwhile."""
    still = {each.id: each.status for each in
             read_open([each.delivery.id for each in batch], restore, lock=True)}
    held = [each for each in batch if still.get(each.delivery.id) is each.delivery.status]
    fates = Counter(each.fate for each in held)
    record([_result(each, claim_id) for each in held if each.fate in (
        Fate.SENT_BY_LOG, Fate.SENT_BY_JOURNAL)], worker="reconcile")
    close_restored([each.delivery.id for each in held if each.fate is Fate.CLOSED])
    present = _open_restore()
    present.counts = {**present.counts, **{
        fate: present.counts.get(fate, 0) + fates[fate] for fate in FINAL}}
    db.session.flush()
    done.fates.update(fates)


def _result(judged: Judged, claim_id: int) -> Result:
    if judged.result is not None:
        return judged.result
    assert judged.take is not None
    at, delivery = judged.take.at.timestamp(), judged.delivery
    return Result(
        delivery.id, claim_id, Outcome.ACCEPTED, DeliveryStatus.SENT, at, at,
        reply_text="found in the relay's log", message_id=judged.take.message_id,
        mailing_id=delivery.mailing_id,
    )


