"""Ledgers as lists show them: what is over as it was kept, the rest by its number alone."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from newsletter.deliveries.models import Alarm, DeliveryStatus, SkipReason
from newsletter.extensions import db
from newsletter.mailings.closed_models import ClosedLedger
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import Progress, count_now, progress

LEDGER_ALARM = "ledger_does_not_close"


def ledgers_of(mailings: Sequence[Mailing]) -> list[tuple[Mailing, Progress]]:
    """Each with its ledger, for a list.

    The ids are hashed for none but those of which an alarm rings: the job that raises it hashes.
    """
    ringing = _ringing(mailings)
    kept = _kept(mailings)
    return [
        (mailing, progress(mailing) if mailing.key in ringing
         else kept.get(mailing.id) or count_now(mailing))
        for mailing in mailings
    ]


def ledger_of(mailing: Mailing) -> Progress:
    """The ledger of one: as it was kept, or reckoned when it was not and while its alarm rings."""
    kept = {} if _ringing([mailing]) else _kept([mailing])
    return kept.get(mailing.id) or progress(mailing)


def _ringing(mailings: Collection[Mailing]) -> set[str]:
    """Of which of these, by key, somebody has been told that the ledger does not close."""
    return set(db.session.scalars(select(Alarm.subject).where(
        Alarm.kind == LEDGER_ALARM, Alarm.cleared_at.is_(None),
        Alarm.subject.in_([mailing.key for mailing in mailings]))))


def _kept(mailings: Collection[Mailing]) -> dict[int, Progress]:
    """What was kept of those that are over, by their ids."""
    by_id = {mailing.id: mailing for mailing in mailings}
    rows = db.session.scalars(select(ClosedLedger).where(ClosedLedger.mailing_id.in_(by_id)))
    return {kept.mailing_id: _told(by_id[kept.mailing_id], kept) for kept in rows}


def _told(mailing: Mailing, kept: ClosedLedger) -> Progress:
    ended = {
        DeliveryStatus.SENT: kept.sent,
        DeliveryStatus.FAILED: sum(kept.failed.values()),
        DeliveryStatus.SKIPPED: sum(kept.skipped.values()),
    }
    return Progress(
        recipients=mailing.recipients or 0,
        by_status={status: count for status, count in ended.items() if count},
        skipped={SkipReason(reason): count for reason, count in kept.skipped.items()},
        failed=kept.failed,
        unclear_copies=kept.unclear_copies,
        same_recipients=mailing.recipients_hash == kept.recipients_hash,
        recipients_hash=kept.recipients_hash,
    )
