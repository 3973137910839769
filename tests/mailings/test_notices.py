"""Notices: owed once, carried by the next mail of any kind, given back by one that never left."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from newsletter.articles.models import Article
from newsletter.core import settings, signer
from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind
from newsletter.digests.models import DigestSlot
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.mailings.models import Variant
from newsletter.mailings.notice_models import Notice, OwedNotice
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.settle_notices import forget_notices, settle_notices
from newsletter.mailings.take_back_notice import take_back_notice, who_knows
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.facts import facts_of
from newsletter.sending.rehearse import dry_run_slot
from newsletter.subscribers.models import Cadence, Subscription
from newsletter.subscribers.queries import recipients
from newsletter.subscribers.send_link import request_fresh_link
from tests.material import NOW, article, claimed, edition, reader, slot

WEEK, DAY = timedelta(days=7), timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_else(session: object) -> None:
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))


def owe(*readers: Subscription, words: str = "Er is iets veranderd.") -> Notice:
    wanted = select(Subscription.subscriber_id).where(
        Subscription.subscriber_id.in_([each.subscriber_id for each in readers]))
    return owe_notice(words, "Something changed.", to=wanted, now=NOW)


def brought(who: Subscription) -> list[list[int]]:
    """The notices that each mail of a mailing brings her, in order."""
    return list(db.session.scalars(
        select(Variant.notice_ids)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .where(Delivery.subscriber_id == who.subscriber_id)
        .order_by(Delivery.id)
    ))


def run(at: timedelta = timedelta(), *, cadence: Cadence = Cadence.WEEKLY) -> None:
    carry_out_slot(slot(at=NOW + at, cadence=cadence).id, settings=settings(), now=NOW + at)


def end_all(status: DeliveryStatus) -> None:
    db.session.execute(text(
        "update deliveries set status = cast(:status as text), ended_at = clock_timestamp(),"
        " sent_at = case when cast(:status as text) = 'sent' then clock_timestamp() end,"
        " skip_reason = case when cast(:status as text) = 'skipped' then 'cancelled' end"
        " where status = 'pending'"), {"status": status.value})


def test_the_next_digest_brings_it_and_the_one_after_does_not() -> None:
    who, other = reader(), reader()
    notice = owe(who)
    article("data")
    run()
    article("data", released_at=NOW + DAY)
    run(WEEK)
    assert brought(who) == [[notice.id], []]
    assert brought(other) == [[], []]


def test_the_next_edition_brings_it_to_those_who_are_owed_it() -> None:
    who, other, plain = reader(), reader(), reader()
    plain.format = "text"
    one, two = owe(who, plain), owe(who)
    made = edition([article("data")])
    carry_out_edition(made.id, settings=settings(), now=NOW)
    assert brought(who) == [[one.id, two.id]]
    assert brought(plain) == [[one.id]]
    assert brought(other) == [[]]


def test_alone_it_makes_no_mail() -> None:
    who = reader()
    owe(who)
    run()
    assert brought(who) == []
    assert db.session.scalars(select(OwedNotice.delivery_id)).all() == [None]


@pytest.mark.parametrize("status", [DeliveryStatus.FAILED, DeliveryStatus.SKIPPED])
@pytest.mark.parametrize("is_settled", [False, True])
def test_a_mail_that_never_left_gives_it_back(
    status: DeliveryStatus, is_settled: bool
) -> None:
    who = reader()
    notice = owe(who)
    article("data")
    run()
    end_all(status)
    if is_settled:
        assert settle_notices() == 1
        assert settle_notices() == 0
    run(WEEK)
    assert brought(who) == [[notice.id], [notice.id]]


def test_what_is_on_its_way_is_not_brought_twice() -> None:
    who = reader()
    notice = owe(who)
    article("data")
    run()
    made = edition([article("data")], send_at=NOW + DAY)
    carry_out_edition(made.id, settings=settings(), now=NOW + DAY)
    assert brought(who) == [[notice.id], []]


def test_what_was_sent_is_given() -> None:
    who = reader()
    owe(who)
    article("data")
    run()
    end_all(DeliveryStatus.SENT)
    assert settle_notices() == 1
    assert db.session.scalars(select(OwedNotice.given_at)).one() is not None


def test_a_mail_to_her_alone_brings_it() -> None:
    who = reader()
    notice = owe(who, words="Het thema heet anders.")
    request_fresh_link(who, now=NOW)
    db.session.flush()
    _, [due] = claimed()
    assert due.kind is MailKind.MANAGE_LINK
    [to] = recipients([who.subscriber_id]).values()
    facts = facts_of(due, to, at=NOW)
    assert [each["id"] for each in facts["notices"]] == [notice.id]
    assert "notices" not in facts_of(due, to, at=NOW)


def test_a_rehearsal_shows_it_and_takes_none_of_it_away() -> None:
    who = reader()
    notice = owe(who)
    article("data")
    made = slot()
    db.session.commit()
    found = dry_run_slot(made.id, settings=settings(), signer=signer(), now=NOW,
                         address=who.subscriber.address)
    assert found.reader is not None
    assert found.reader.mail is not None
    assert [each.id for each in found.reader.mail.selection.notices] == [notice.id]
    run()
    assert brought(who) == [[notice.id]]


def test_a_rehearsal_counts_what_an_edition_brings_before() -> None:
    who = reader()
    owe(who)
    edition([article("leiderschap")], send_at=NOW - timedelta(hours=1))
    article("data")
    made = slot()
    db.session.commit()
    found = dry_run_slot(made.id, settings=settings(), signer=signer(), now=NOW)
    assert [mail.selection.notices for mail in found.mails] == [()]


def test_one_that_is_taken_back_is_brought_to_nobody_more() -> None:
    had, who = reader(), reader(cadence=Cadence.MONTHLY)
    notice = owe(had, who)
    article("data")
    run()
    take_back_notice(notice.id, now=NOW)
    assert db.session.scalars(who_knows(notice.id)).all() == [had.subscriber_id]
    run(DAY, cadence=Cadence.MONTHLY)
    assert brought(who) == [[]]


def test_what_nobody_needs_any_more_is_forgotten() -> None:
    had, gone, waits = reader(), reader(), reader(cadence=Cadence.MONTHLY)
    owe(had, waits)
    withdrawn = owe(gone)
    take_back_notice(withdrawn.id, now=NOW)
    article("data")
    run()
    end_all(DeliveryStatus.SENT)
    settle_notices()
    assert forget_notices(now=NOW + DAY, undo_for=30 * DAY) == 1
    assert forget_notices(now=NOW + 900 * DAY, undo_for=30 * DAY) == 1
    assert db.session.scalars(select(OwedNotice.subscriber_id)).all() == [waits.subscriber_id]


@pytest.mark.parametrize(("words", "reason"), [
    ("", "empty"), ("  ", "empty"), ("x" * 401, "too_long"), ("a\r\nBcc: b@c.example",
                                                              "control_character"),
])
def test_a_notice_is_one_line_of_words(words: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        owe(reader(), words=words)
    assert (refused.value.field, refused.value.reason) == ("text_nl", reason)
