"""Retention: what may no longer be kept is gone, what must be kept stays, and a report says so."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.forget_detail import forget_attempts
from newsletter.deliveries.models import Attempt, Claim, Delivery, DeliveryStatus, MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.retain import DAILY, OFTEN, report, retain
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Subscriber, SubscriptionStatus
from newsletter.subscribers.record_consent import Proof
from tests import material
from tests.material import NOW, choices, reader, sign_up

DAY = timedelta(days=1)


def run(now: datetime) -> dict[str, int]:
    return dict(retain((*OFTEN, *DAILY), signer=signer(), now=now))


def test_a_leaver_keeps_her_address_for_thirty_days_and_then_a_hash_takes_its_place(
    session: Session,
) -> None:
    someone = reader()
    address = str(someone.subscriber.address)
    someone.subscriber.name = "Noor"
    leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    assert run(NOW + 30 * DAY)["former_readers"] == 0
    assert run(NOW + 31 * DAY)["former_readers"] == 1
    person = session.get_one(Subscriber, someone.subscriber_id)
    assert (person.address, person.identity, person.mailbox, person.name) == (None,) * 4
    assert person.former_hash == signer().address_hashes(address)[-1]
    # She finds her own row again, and with it her history.
    again = sign_up(address, choices("data"), now=NOW + 40 * DAY)
    assert again.subscriber_id == someone.subscriber_id
    assert (again.status, again.subscriber.former_hash) == (SubscriptionStatus.PENDING, None)


def test_a_stranger_cannot_wash_away_that_somebody_left(session: Session) -> None:
    someone = reader()
    address = str(someone.subscriber.address)
    leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    run(NOW + 31 * DAY)
    sign_up(address, choices("data"), now=NOW + 40 * DAY)
    assert run(NOW + 48 * DAY)["unconfirmed"] == 1
    person = session.get_one(Subscriber, someone.subscriber_id)
    assert (person.address, person.former_hash) == (None, signer().address_hashes(address)[-1])


def test_detail_of_mails_goes_after_thirteen_months_and_the_ledger_still_closes(
    session: Session,
) -> None:
    then = datetime(2025, 1, 10, 8, 0, tzinfo=UTC)
    someone = reader(at=then - 30 * DAY)
    made = material.edition([material.article("data", released_at=then)], send_at=then)
    carry_out_edition(made.id, settings=settings(), now=then)
    single = Delivery(kind=MailKind.WELCOME, lane="prompt", created_at=then, due_at=then,
                      subscriber_id=someone.subscriber_id)
    session.add(single)
    session.flush()
    for mail in session.scalars(select(Delivery)):
        mail.status, mail.sent_at, mail.ended_at = DeliveryStatus.SENT, then, then
        mail.message_id, mail.reply_code = f"<{mail.id}@x.example>", "250"
        session.add(Attempt(delivery_id=mail.id, claim_id=1, worker="w", ended_at=then,
                            outcome="accepted", reply_code="250", reply_text="Ok"))
    session.flush()
    mailing = session.scalars(select(Mailing).where(Mailing.edition_id == made.id)).one()
    mailing.status, mailing.finished_at = MailingStatus.FINISHED, then
    session.flush()
    done = run(datetime(2026, 2, 11, 8, 0, tzinfo=UTC))
    assert done["attempts"] == 2
    assert done["delivery_detail"] >= 2
    session.expire_all()
    (kept,) = session.scalars(select(Delivery)).all()
    assert kept.kind is MailKind.EDITION
    assert (kept.message_id, kept.reply_code, kept.subscriber_id) == (
        None, None, someone.subscriber_id)
    assert session.scalar(select(func.count()).select_from(Attempt)) == 0
    assert progress(mailing).closes


def test_the_database_itself_keeps_a_young_attempt_whatever_is_asked(session: Session) -> None:
    someone = reader()
    mail = Delivery(kind=MailKind.WELCOME, lane="prompt", created_at=NOW, due_at=NOW,
                    subscriber_id=someone.subscriber_id)
    session.add(mail)
    session.flush()
    for months in (12, 14):
        session.execute(sa.text("""
            insert into attempts (delivery_id, claim_id, worker, ended_at, outcome)
            values (:id, :months, 'w', now() - make_interval(months => :months), 'accepted')"""),
            {"id": mail.id, "months": months})
    removed = sa.text("select forget_attempts(now() + interval '1 year', 5)")
    assert session.execute(removed).scalar_one() == 1
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_a_claim_goes_after_thirteen_months_unless_something_open_rests_on_it(
    session: Session,
) -> None:
    for _ in range(4):
        queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=reader().subscriber_id),
                     now=NOW)
    session.execute(sa.text("update deliveries set due_at = now()"))
    claims = [material.claimed(limit=1)[0] for _ in range(4)]
    session.execute(
        sa.update(Delivery).where(Delivery.claim_id != claims[2]).values(
            status=DeliveryStatus.SENT, sent_at=NOW, claim_id=None)
    )
    session.execute(sa.update(Claim).where(Claim.id != claims[2]).values(lease_until=None))
    later = clock.now() + 500 * DAY
    assert run(clock.now() + 300 * DAY)["claims"] == 0
    assert run(later)["claims"] == 2
    assert session.scalars(select(Claim.id).order_by(Claim.id)).all() == claims[2:]
    session.execute(
        sa.update(Delivery).values(status=DeliveryStatus.SENT, sent_at=NOW, claim_id=None))
    session.execute(sa.update(Claim).values(lease_until=None))
    assert run(later)["claims"] == 2


def test_the_report_says_what_was_taken_and_is_itself_forgotten(session: Session) -> None:
    someone = reader()
    leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    run(NOW + 31 * DAY)
    run(NOW + 32 * DAY)
    assert [(row.what, row.removed) for row in report(since=NOW)] == [("former_readers", 1)]
    run(NOW + 500 * DAY)
    assert {row.what for row in report(since=NOW + 40 * DAY)} == {"salts", "reports"}
    assert report(since=NOW) == report(since=NOW + 40 * DAY)


def test_one_kind_that_fails_stops_no_other_and_calls_a_person(
    committed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = reader()
    leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    db.session.commit()

    def broken(**_: object) -> int:
        db.session.execute(sa.text("select 1 / 0"))
        return 0

    monkeypatch.setattr("newsletter.sending.retain.remove_expired", broken)
    assert run(NOW + 31 * DAY)["former_readers"] == 1
    assert [(each.kind, each.subject) for each in open_alarms()] == [
        ("retention_failed", "unconfirmed")]
    monkeypatch.undo()
    run(NOW + 31 * DAY)
    assert open_alarms() == []


@pytest.mark.parametrize(("moment", "before"), [
    (datetime(2026, 11, 25, 8, tzinfo=UTC), datetime(2025, 10, 25, 8, tzinfo=UTC)),
    (datetime(2026, 1, 31, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)),
    (datetime(2026, 3, 31, tzinfo=UTC), datetime(2025, 2, 28, tzinfo=UTC)),
])
def test_thirteen_months_are_counted_on_the_calendar(moment: datetime, before: datetime) -> None:
    assert clock.add_months(moment, -13) == before


def test_forgetting_attempts_twice_is_once(session: Session) -> None:
    assert forget_attempts(now=NOW) == 0
    assert forget_attempts(now=NOW) == 0
    db.session.rollback()
