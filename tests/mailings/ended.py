"""Mailings that end, and what is told of their ledgers."""

from datetime import datetime, timedelta

from sqlalchemy import text, update

from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.extensions import db
from newsletter.mailings.check_ledgers import check_ledger, ledgers_to_check, take_turn
from newsletter.mailings.close import close_finished
from newsletter.mailings.ledger_queries import ledgers_of
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import Progress, get_mailing
from newsletter.sending.carry_out import carry_out_edition
from tests import material
from tests.material import NOW

DAY = timedelta(days=1)
READERS = 7


def under_way() -> Mailing:
    """A mailing to seven readers."""
    for _ in range(READERS):
        material.reader()
    edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=NOW)
    # Claims go by the database's clock, whatever day it is there.
    db.session.execute(text("update deliveries set due_at = clock_timestamp()"))
    db.session.expire_all()
    return get_mailing("edition:90-8")


def end(number: int, status: str, reason: str | None, code: str | None, copies: int = 0) -> None:
    """Let a delivery stand like that, whatever is open or ended by it."""
    has_ended = status in ("sent", "failed", "skipped")
    db.session.execute(
        update(Delivery).where(Delivery.id == number)
        .values(status=status, skip_reason=reason, reply_code=code, unclear_count=copies,
                claim_id=1 if status == "claimed" else None,
                sent_at=NOW if status == "sent" else None, ended_at=NOW if has_ended else None))


def end_all() -> None:
    """Four are sent, two failed, one was skipped; and the mailing is finished."""
    ends = (*[("sent", None, None)] * 4, *[("failed", None, "550 5.1.1")] * 2,
            ("skipped", "unsubscribed", None))
    for each, how in zip(material.deliveries(), ends, strict=True):
        end(each.id, *how)
    assert close_finished(now=NOW)
    db.session.expire_all()


def check_ledgers(*, now: datetime, since: datetime) -> list[str]:
    """One turn of the job in the test's own transaction: the keys of those that do not close."""
    assert take_turn()
    broken = [each for each in ledgers_to_check(now=now, since=since)
              if not check_ledger(each, now=now)]
    return [db.session.get_one(Mailing, each).key for each in broken]


def check(*, since_days: int = 1, days_later: int = 0) -> list[str]:
    """One turn of the job, in which nothing is remembered of the one before."""
    db.session.expire_all()
    return check_ledgers(now=NOW + days_later * DAY, since=NOW - since_days * DAY)


def listed(mailing: Mailing) -> Progress:
    """What a list tells of it."""
    return ledgers_of([mailing])[0][1]


def told(ledger: Progress) -> tuple[object, ...]:
    """All that people are told of a ledger, save how fast it goes."""
    return (ledger.recipients, ledger.by_status, ledger.skipped, ledger.failed,
            ledger.unclear_copies, ledger.sent, ledger.failures, ledger.skips, ledger.open,
            ledger.closes)


def kept() -> list[int]:
    """Of which mailings something is kept."""
    return list(db.session.scalars(text("select mailing_id from closed_ledgers order by 1")))


def copy_to(count: int) -> list[str]:
    """So many finished mailings more, each a day older: their keys, newest first."""
    keys = []
    for n in range(1, count + 1):
        at = NOW - n * DAY
        slot_id = material.slot(at=at - timedelta(minutes=7)).id
        number = db.session.scalar(text("""
            insert into mailings (key, kind, digest_slot_id, status, cutoff_at, manifest_id,
                                  recipients, recipients_hash, opened_at, sending_at, finished_at)
            select :key, 'digest', :slot_id, 'finished', :at, manifest_id, recipients,
                   recipients_hash, :at, :at, :at
              from mailings where edition_id is not null returning id"""),
            {"key": f"digest:weekly:{at.isoformat()}", "at": at, "slot_id": slot_id})
        db.session.execute(text("""
            insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, status,
                                    sent_at, ended_at, created_at, due_at)
            select 'digest', lane, :number, variant_id, subscriber_id, 'sent', now(), now(),
                   created_at, due_at
              from deliveries d join mailings m on m.id = d.mailing_id
             where m.edition_id is not null"""), {"number": number})
        keys.append(f"digest:weekly:{at.isoformat()}")
    return keys
