"""Approval: who may give it, what it is over, and that it is asked, given and voided once."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from newsletter.accounts.models import Account, RoleName
from newsletter.deliveries.alarm import open_alarms
from newsletter.editions import plan_recipients
from newsletter.editions.approval_models import Approval, Verdict, VoidReason
from newsletter.editions.approval_queries import (
    approved_editions,
    editions_to_watch,
    find_approved_before,
    find_newest,
    find_open,
    hands_of,
    waiting_approvals,
)
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.choose import choose, chosen_of
from newsletter.editions.compose import Texts, compose
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.refuse_approval import refuse_approval
from newsletter.editions.schedule import schedule
from newsletter.editions.void_changed import void_changed
from newsletter.editions.withdraw_approval import withdraw_approval
from newsletter.errors import BadInput, EditionNotReady, MayNotApprove, NotApproved, WrongState
from newsletter.extensions import db
from newsletter.mailings.models import Manifest
from newsletter.partners.models import Partner
from newsletter.transaction import transaction
from tests.material import NOW, approved, article, compiled, person, planned

DAY = timedelta(days=1)
LATER = NOW + 7 * DAY


@pytest.fixture
def made(session: Session) -> Edition:
    """An edition of which nothing is missing and that nobody was asked to approve."""
    return planned([article("data")], send_at=LATER)


def ask(made: Edition, *, by: Account | None = None) -> Approval:
    return ask_approval(made, compiled(made), asked_by=(by or person()).id, now=NOW)


def partner(slug: str) -> Partner:
    found = Partner(slug=slug, name=slug.title(), site="https://x.example", sentence_nl="x",
                    sentence_en="x")
    db.session.add(found)
    db.session.flush()
    return found


def test_what_is_approved_is_the_manifest_that_was_frozen(made: Edition) -> None:
    asked = ask(made)
    manifest = db.session.get_one(Manifest, asked.manifest_id)
    assert (manifest.hash, manifest.audience) == (compiled(made).hash, "editions:1")
    second = person()
    given = approve(made, asked.id, by=second, now=NOW + DAY)
    assert (given.verdict, given.decided_by) == (Verdict.APPROVED, second.id)
    assert approved_editions([made.id]) == {made.id}
    assert find_open(made.id) is given


def test_who_asked_or_worked_on_it_or_only_writes_articles_cannot_approve(made: Edition) -> None:
    asker, writer, picker = person(), person(RoleName.ADMIN), person(RoleName.PUBLISHER)
    compose(made, Texts("Anders", "Anders", "", ""), revision=0, by=writer.id, now=NOW)
    choose(made, chosen_of(made), revision=1, by=picker.id, now=NOW)
    asked = ask(made, by=asker)
    away = person()
    away.active = False
    for who, why in ((asker, "asked"), (writer, "worked_on_it"), (picker, "worked_on_it"),
                     (person(RoleName.CONTRIBUTOR), "role"), (away, "role")):
        with pytest.raises(MayNotApprove, match=why):
            approve(made, asked.id, by=who, now=NOW)
        with pytest.raises(MayNotApprove, match=why):
            refuse_approval(made, asked.id, note="Nee.", by=who, now=NOW)
    assert {hand.account_id for hand in hands_of(made.id)} == {writer.id, picker.id}
    assert find_open(made.id) is asked
    assert asked.is_waiting
    assert approve(made, asked.id, by=person(), now=NOW).holds


def test_content_of_a_partner_is_approved_by_another_organisation(made: Edition) -> None:
    own, other = partner("eigen"), partner("ander")
    made.items[0].article.partner_id = own.id
    asked = ask(made)
    with pytest.raises(MayNotApprove, match="own_partner"):
        approve(made, asked.id, by=person(partner_id=own.id), now=NOW)
    assert approve(made, asked.id, by=person(partner_id=other.id), now=NOW).holds


def test_the_database_lets_nobody_approve_what_he_asked(made: Edition) -> None:
    asked = ask(made)
    with pytest.raises(IntegrityError, match="second_person"):
        db.session.execute(update(Approval).values(
            verdict=Verdict.APPROVED, decided_by=asked.asked_by, decided_at=NOW))


@pytest.mark.parametrize("change", [
    "verdict = 'refused'", "note = 'anders'", "decided_at = decided_at + interval '1 day'",
    "voided_at = null, void_reason = null", "void_reason = 'content'", "used_at = null"])
def test_what_was_decided_stays_so(made: Edition, change: str) -> None:
    if "void" in change:
        ask(made)
        withdraw_approval(made, now=NOW)
    else:
        approved(made).used_at = NOW
        db.session.flush()
    with pytest.raises(IntegrityError, match="once"):
        db.session.execute(text(f"update approvals set {change}"))


def test_the_app_cannot_change_what_was_asked_or_take_it_away(committed: Flask) -> None:
    for statement in ("update approvals set manifest_id = 1", "update approvals set asked_by = 1",
                      "update approvals set edition_id = 1", "delete from approvals",
                      "truncate approvals"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_asking_twice_asks_once(made: Edition) -> None:
    asked = ask(made)
    with pytest.raises(WrongState, match="waiting"):
        ask(made)
    approve(made, asked.id, by=person(), now=NOW)
    with pytest.raises(WrongState, match="approved"):
        ask(made)
    with pytest.raises(WrongState, match="gone"):
        approve(made, asked.id, by=person(), now=NOW)
    assert find_newest(made.id) is asked


def test_asking_anew_after_a_change_voids_what_was_asked_before(made: Edition) -> None:
    first = approved(made)
    made.subject = "Een ander onderwerp"
    second = ask(made)
    assert (first.void_reason, second.is_waiting) == (VoidReason.SUBJECT, True)
    assert find_approved_before(second) is first
    with pytest.raises(WrongState, match="gone"):
        approve(made, first.id, by=person(), now=NOW)


def test_only_what_is_complete_and_still_to_come_can_be_asked(made: Edition) -> None:
    with pytest.raises(WrongState, match="not_published"):
        ask_approval(made, compiled(made), asked_by=person().id, now=NOW, is_correction=True)
    made.items[0].article.released_at = None
    with pytest.raises(EditionNotReady):
        ask(made)
    made.items[0].article.released_at = NOW
    made.status, made.published_at = EditionStatus.PUBLISHED, NOW
    with pytest.raises(WrongState, match="published"):
        ask(made)
    made.subject = "Verbeterd"
    correction = ask_approval(made, compiled(made), asked_by=person().id, now=NOW,
                              is_correction=True)
    assert correction.is_waiting
    # A change of an article may void it while the mailing is paused (`sending.watch_approvals`).
    assert made.id in editions_to_watch()


def test_a_correction_is_asked_beside_the_approval_that_was_sent(made: Edition) -> None:
    sent = approved(made)
    sent.used_at = NOW
    made.status, made.published_at, made.subject = EditionStatus.PUBLISHED, NOW, "Verbeterd"
    db.session.flush()
    ask_approval(made, compiled(made), asked_by=person().id, now=NOW, is_correction=True)
    assert sent.holds


@pytest.mark.parametrize(("field", "reason"), [
    ("subject", VoidReason.SUBJECT), ("preheader", VoidReason.PREHEADER),
    ("editorial_md", VoidReason.CONTENT), ("title", VoidReason.CONTENT)])
def test_a_change_of_the_mail_voids_and_takes_a_scheduled_edition_back(
    made: Edition, field: str, reason: VoidReason
) -> None:
    given = approved(made)
    schedule(made, compiled(made), send_at=LATER, now=NOW)
    assert void_changed(made, compiled(made), now=NOW) is None
    setattr(made, field, "Iets anders")
    assert void_changed(made, compiled(made), now=NOW) is reason
    assert void_changed(made, compiled(made), now=NOW) is None
    assert (given.holds, made.status) == (False, EditionStatus.PLANNED)
    assert [(each.kind, each.details) for each in open_alarms()] == [
        ("edition_unapproved", {"reason": reason.value})]
    approved(made)
    schedule(made, compiled(made), send_at=LATER, now=NOW)
    assert open_alarms() == []


def test_without_an_approval_of_this_very_mail_nothing_is_scheduled(made: Edition) -> None:
    def refused(why: str) -> None:
        with pytest.raises(NotApproved, match=why):
            schedule(made, compiled(made), send_at=LATER, now=NOW)
        assert made.status is EditionStatus.PLANNED

    refused("none")
    asked = ask(made)
    refused("waiting")
    refuse_approval(made, asked.id, note="Kop klopt niet.", by=person(), now=NOW)
    refused("none")
    approved(made)
    made.subject = "Toch anders"
    refused("subject")
    approved(made)
    with pytest.raises(NotApproved, match="content"):  # the mail names its month
        schedule(made, compiled(made, send_at=LATER + 60 * DAY), send_at=LATER + 60 * DAY, now=NOW)
    with pytest.raises(NotApproved, match="unmakeable"):
        schedule(made, None, send_at=LATER, now=NOW)
    schedule(made, compiled(made), send_at=LATER, now=NOW)
    withdraw_approval(made, now=NOW)
    assert open_alarms() == []
    refused("none")


def test_withdrawing_stops_at_the_moment_itself(made: Edition) -> None:
    with pytest.raises(WrongState, match="none"):
        withdraw_approval(made, now=NOW)
    approved(made)
    schedule(made, compiled(made), send_at=LATER, now=NOW)
    with pytest.raises(WrongState, match="leaving"):
        withdraw_approval(made, now=LATER)


@pytest.mark.parametrize("note", ["", " \n ", "x" * 1001, "bel\x07"])
def test_a_refusal_says_why_in_some_lines(made: Edition, note: str) -> None:
    asked = ask(made)
    with pytest.raises(BadInput) as fault:
        refuse_approval(made, asked.id, note=note, by=person(), now=NOW)
    assert fault.value.field == "note"
    given = refuse_approval(made, asked.id, note="De kop.\r\nEn de datum.", by=person(), now=NOW)
    assert given.note == "De kop.\nEn de datum."


def test_what_waits_for_a_second_person_is_listed_by_its_deadline(made: Edition) -> None:
    asker = person()
    ask(made, by=asker)
    (waiting,) = waiting_approvals(NOW)
    assert (waiting.key, waiting.asked_by_name, waiting.is_overdue) == (
        made.key, asker.name, False)
    assert waiting_approvals(LATER)[0].is_overdue
    withdraw_approval(made, now=NOW)
    assert waiting_approvals(NOW) == []


def test_of_two_who_decide_in_the_same_instant_one_does(committed: Flask) -> None:
    with transaction():
        made = planned([article("data")], send_at=LATER)
        number, asked = made.id, ask(made).id
        people = [person().id for _ in range(4)]
    ready = Barrier(4)

    def decide(account_id: int) -> str:
        with committed.app_context():
            mine, who = db.session.get_one(Edition, number), db.session.get_one(Account, account_id)
            ready.wait(10)
            try:
                with transaction():
                    if account_id % 2:
                        approve(mine, asked, by=who, now=NOW)
                    else:
                        refuse_approval(mine, asked, note="Nee.", by=who, now=NOW)
            except WrongState as refused:
                return str(refused)
            return "decided"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(decide, people)) == ["decided", "gone", "gone", "gone"]


def test_another_rule_of_who_gets_editions_has_another_name() -> None:
    """Who changes the rule gives it the next number, which voids what was approved under it."""
    rule = hashlib.sha256(" ".join(plan_recipients._WHO.split()).encode()).hexdigest()[:16]
    assert (plan_recipients.AUDIENCE, rule) == ("editions:1", "4cf5404644f9381a")
