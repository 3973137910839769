"""Correcting in mid-send: who gets the new text, who keeps the old one, and who is owed a line."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.accounts.models import Account
from newsletter.core import settings
from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind
from newsletter.editions.approval_models import Approval
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.compose import Texts
from newsletter.editions.models import Edition
from newsletter.editions.queries import find_edition
from newsletter.editions.write_correction import (
    drop_correction,
    open_correction,
    write_correction,
)
from newsletter.errors import BadInput, MayNotApprove, NotApproved, WrongState
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.correction_models import MOST_CORRECTIONS, Correction
from newsletter.mailings.correction_queries import corrections_of, find_open_correction, reach_of
from newsletter.mailings.models import Mailing, MailingStatus, Variant
from newsletter.mailings.notice_models import OwedNotice
from newsletter.mailings.owe_erratum import count_who_had
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.pause import cancel, pause, resume
from newsletter.mailings.queries import get_mailing, progress
from newsletter.mailings.settle_notices import settle_notices
from newsletter.sending.carry_correction import carry_correction
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.compile_now import compile_now
from newsletter.subscribers.models import Subscription
from tests.material import NOW, article, claimed, deliveries, edition, person, reader, slot

LATER = NOW + timedelta(hours=1)
# One delivery of each kind, in the order of their numbers.
STATES = {
    "pending": "status = 'pending'",
    "given_back": "status = 'pending', first_claim_id = 1, link_nonce = 3",
    "refused": "status = 'deferred', attempts = 1, message_id = '<old@x>', first_claim_id = 1",
    "once_unclear": "status = 'deferred', attempts = 2, unclear_count = 1, message_id = '<old@x>'",
    "unclear": "status = 'unclear', attempts = 1, unclear_count = 1, message_id = '<old@x>',"
               " first_claim_id = 1, link_nonce = 3",
    "claimed": "status = 'claimed', claim_id = 1, first_claim_id = 1",
    "sent": "status = 'sent', attempts = 1, message_id = '<old@x>', sent_at = now(),"
            " ended_at = now()",
    "failed": "status = 'failed', attempts = 1, message_id = '<old@x>', ended_at = now()",
    "skipped": "status = 'skipped', skip_reason = 'unsubscribed', ended_at = now()",
    "failed_unclear": "status = 'failed', attempts = 2, unclear_count = 1, ended_at = now()",
    "skipped_unclear": "status = 'skipped', skip_reason = 'unsubscribed', unclear_count = 1,"
                       " attempts = 1, ended_at = now()",
}
MOVED = {"pending", "given_back", "refused"}
OWED = {"once_unclear", "unclear", "claimed", "sent", "failed_unclear", "skipped_unclear"}


@pytest.fixture
def who(session: Session) -> int:
    return person().id


@pytest.fixture
def mailing(session: Session) -> Mailing:
    """An edition to readers, paused, with one delivery in each state."""
    for _ in STATES:
        reader("data")
    carry_out_edition(edition([article("data")]).id, settings=settings(), now=NOW)
    for delivery, state in zip(deliveries(MailKind.EDITION), STATES.values(), strict=True):
        session.execute(text(f"update deliveries set {state} where id = :id"),
                        {"id": delivery.id})
    session.expire_all()
    return pause(get_mailing("edition:90-8").id, now=NOW)


def of_states() -> dict[str, Delivery]:
    return dict(zip(STATES, deliveries(MailKind.EDITION), strict=True))


def the_edition() -> Edition:
    found = find_edition("90-8")
    assert found is not None
    return found


def begin(mailing: Mailing, by: int, subject: str = "Verbeterd") -> Correction:
    made = open_correction(the_edition(), mailing, by=by, now=LATER)
    write_correction(the_edition(), made,
                     Texts("Een editie", subject, "", "Dag lezer, nu goed."),
                     text_nl="In de mail stond een verkeerde datum.",
                     text_en="The mail had a wrong date.", revision=made.revision, by=by,
                     now=LATER)
    return made


def ask(by: int) -> Approval:
    compiled = compile_now(the_edition(), settings=settings())
    return ask_approval(the_edition(), compiled, asked_by=by, now=LATER, is_correction=True)


def go_on(made: Correction, by: int) -> Correction:
    return carry_correction(the_edition(), made, by=by, settings=settings(), now=LATER)


def carry(made: Correction, by: int) -> Correction:
    approve(the_edition(), ask(by).id, by=person(), now=LATER)
    return go_on(made, by)


def subject_of(delivery: Delivery) -> str:
    return db.session.get_one(Variant, delivery.variant_id).subject


def owed_of(correction: Correction) -> set[int]:
    return set(db.session.scalars(select(OwedNotice.subscriber_id)
                                  .where(OwedNotice.notice_id == correction.notice_id)))


def test_only_what_never_reached_a_mailbox_gets_the_new_text(mailing: Mailing, who: int) -> None:
    reach = reach_of(mailing.id)
    assert (reach.get_new, reach.unclear + reach.in_hand + reach.sent, reach.ended) == (3, 6, 2)
    done = carry(begin(mailing, who), who)
    assert (done.number, done.moved, done.kept, done.served) == (1, 3, 3, 1)
    for state, delivery in of_states().items():
        assert subject_of(delivery) == (
            "Verbeterd" if state in MOVED else "Een editie om te proberen"), state
        assert delivery.correction == (1 if state in MOVED else None), state
        if state in MOVED:
            fixed = (delivery.message_id, delivery.first_claim_id, delivery.link_nonce)
            assert fixed == (None, None, None), state
    assert of_states()["unclear"].message_id == "<old@x>"
    assert of_states()["unclear"].first_claim_id == 1


def test_whoever_was_served_is_owed_the_line_and_nobody_else(mailing: Mailing, who: int) -> None:
    done = carry(begin(mailing, who), who)
    assert owed_of(done) == {of_states()[state].subscriber_id for state in OWED}


def test_the_mailing_goes_on_with_the_same_recipients(mailing: Mailing, who: int) -> None:
    old = mailing.manifest_id
    done = carry(begin(mailing, who), who)
    assert (mailing.status, mailing.manifest_id) == (MailingStatus.SENDING, done.manifest_id)
    assert done.old_manifest_id == old != done.manifest_id
    ledger = progress(mailing)
    assert ledger.closes
    assert ledger.recipients == len(STATES)
    assert (the_edition().subject, the_edition().editorial_md) == (
        "Verbeterd", "Dag lezer, nu goed.")


def test_what_ends_unserved_after_all_is_owed_no_line(
    mailing: Mailing, who: int, session: Session
) -> None:
    done = carry(begin(mailing, who), who)
    held = of_states()["claimed"]
    session.execute(text("update deliveries set status = 'failed', claim_id = null,"
                         " ended_at = :at where id = :id"), {"id": held.id, "at": LATER})
    settle_notices()
    assert owed_of(done) == {of_states()[state].subscriber_id for state in OWED - {"claimed"}}


def test_the_line_comes_with_the_next_mail_and_makes_none_alone(
    mailing: Mailing, who: int, session: Session
) -> None:
    done = carry(begin(mailing, who), who)
    carry_out_slot(slot(at=LATER).id, settings=settings(), now=LATER)
    bringing = session.scalars(select(Delivery).where(Delivery.kind == MailKind.DIGEST)).all()
    with_line = {each.subscriber_id for each in bringing if done.notice_id in
                 session.get_one(Variant, each.variant_id).notice_ids}
    assert with_line == {each.subscriber_id for each in bringing} & owed_of(done)


def test_what_the_old_text_gave_is_not_due_again(mailing: Mailing, who: int) -> None:
    item = the_edition().items[0].article_id
    before = count_who_had(item)
    carry(begin(mailing, who), who)
    assert count_who_had(item) == before == len(STATES) - 4


def test_a_second_correction_moves_what_is_clean_then_and_owes_the_others_both_lines(
    mailing: Mailing, who: int, session: Session
) -> None:
    first = carry(begin(mailing, who), who)
    session.execute(text("update deliveries set status = 'sent', sent_at = now(), ended_at = now()"
                         " where id = :id"), {"id": of_states()["pending"].id})
    # A worker gave back what it held at the first one: never offered, so its line is not owed.
    session.execute(text("update deliveries set status = 'pending', claim_id = null"
                         " where id = :id"), {"id": of_states()["claimed"].id})
    pause(mailing.id, now=LATER)
    second = carry(begin(mailing, who, subject="Nog beter"), who)
    assert [each.number for each in corrections_of(mailing.id)] == [1, 2]
    assert {state for state, each in of_states().items() if subject_of(each) == "Nog beter"} == {
        "given_back", "refused", "claimed"}
    assert owed_of(second) == {of_states()[state].subscriber_id
                               for state in OWED - {"claimed"} | {"pending"}}
    assert owed_of(first) == {of_states()[state].subscriber_id for state in OWED - {"claimed"}}


def test_the_notices_that_a_mail_carries_come_with_its_new_text(
    session: Session, who: int
) -> None:
    readers = [reader("data"), reader("data")]
    notice = owe_notice("Je thema heet nu anders.", None, now=NOW, to=select(
        Subscription.subscriber_id).where(
            Subscription.subscriber_id == readers[0].subscriber_id))
    carry_out_edition(edition([article("data")]).id, settings=settings(), now=NOW)
    mailing = pause(get_mailing("edition:90-8").id, now=NOW)
    carry(begin(mailing, who), who)
    hers, other = sorted(deliveries(MailKind.EDITION),
                         key=lambda each: each.subscriber_id != readers[0].subscriber_id)
    assert [subject_of(each) for each in (hers, other)] == ["Verbeterd", "Verbeterd"]
    assert session.get_one(Variant, hers.variant_id).notice_ids == [notice.id]
    assert session.get_one(Variant, other.variant_id).notice_ids == []
    assert session.scalars(select(OwedNotice.delivery_id)).all() == [hers.id]


def test_only_what_a_second_person_approved_leaves(mailing: Mailing, who: int) -> None:
    made = begin(mailing, who)
    with pytest.raises(NotApproved, match="none"):
        go_on(made, who)
    asked = ask(who)
    with pytest.raises(NotApproved, match="waiting"):
        go_on(made, who)
    with pytest.raises(MayNotApprove):
        approve(the_edition(), asked.id, by=db.session.get_one(Account, who), now=LATER)
    approve(the_edition(), asked.id, by=person(), now=LATER)
    the_edition().items[0].article.title = "Na de goedkeuring veranderd"
    with pytest.raises(NotApproved, match="content"):
        go_on(made, who)


@pytest.mark.parametrize("end", [resume, cancel])
def test_going_on_with_the_old_text_drops_the_correction(
    mailing: Mailing, who: int, end: object
) -> None:
    made = begin(mailing, who)
    assert callable(end)
    end(mailing.id, now=LATER)
    db.session.refresh(made)
    assert made.dropped_at == LATER
    assert find_open_correction(mailing.id) is None
    assert the_edition().subject == "Een editie om te proberen"
    with pytest.raises(WrongState, match="not_open"):
        go_on(made, who)


def test_a_correction_needs_a_pause_and_somebody_who_can_get_it(
    mailing: Mailing, who: int, session: Session
) -> None:
    made = begin(mailing, who)
    assert open_correction(the_edition(), mailing, by=who, now=LATER) is made
    asked = ask(who)
    drop_correction(the_edition(), now=LATER)
    drop_correction(the_edition(), now=LATER + timedelta(hours=1))
    assert (made.dropped_at, asked.voided_at) == (LATER, LATER)
    session.execute(text("update deliveries set status = 'sent', sent_at = now(),"
                         " ended_at = now(), claim_id = null where status in ('pending', 'claimed')"
                         " or (status = 'deferred' and unclear_count = 0)"))
    with pytest.raises(WrongState, match="nobody_left"):
        open_correction(the_edition(), mailing, by=who, now=LATER)
    resume(mailing.id, now=LATER)
    with pytest.raises(WrongState, match="not_paused"):
        open_correction(the_edition(), mailing, by=who, now=LATER)


def test_two_editors_do_not_overwrite_each_other(mailing: Mailing, who: int) -> None:
    made = begin(mailing, who)
    for fields, at in (({"revision": 0}, "revision"), ({"text_nl": " "}, "text_nl"),
                       ({"text_en": "a\nb"}, "text_en")):
        given = {"text_nl": "Iets.", "text_en": "", "revision": 1, **fields}
        with pytest.raises(BadInput) as found:
            write_correction(the_edition(), made, Texts("T", "O", "", ""), by=who, now=LATER,
                             **given)
        assert found.value.field == at
    with pytest.raises(BadInput) as found:
        write_correction(the_edition(), made, Texts("T", " ", "", ""), text_nl="Iets.",
                         text_en="", revision=1, by=who, now=LATER)
    assert found.value.field == "subject"


def test_there_is_an_end_to_corrections(mailing: Mailing, who: int) -> None:
    for number in range(MOST_CORRECTIONS):
        carry(begin(mailing, who, subject=f"Nummer {number}"), who)
        pause(mailing.id, now=LATER)
    with pytest.raises(WrongState, match="too_many"):
        open_correction(the_edition(), mailing, by=who, now=LATER)


def test_a_worker_claims_what_was_moved_under_another_name(mailing: Mailing, who: int) -> None:
    carry(begin(mailing, who), who)
    db.session.execute(text("update deliveries set due_at = clock_timestamp()"))
    _, due = claimed(Lane.BULK)
    assert {each.id: each.correction for each in due if each.status is not DeliveryStatus.UNCLEAR
            and not each.message_id} == {of_states()[state].id: 1 for state in MOVED}
