"""Carrying out a slot: who gets what, from which window, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import due_slots
from newsletter.digests.rhythm import moment_of
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, MailingStatus, Variant
from newsletter.mailings.open import open_mailing
from newsletter.mailings.queries import progress
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.models import Cadence, ChosenTheme, Subscription
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW, article, choices, reader, slot

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _no_other_slots(request: pytest.FixtureRequest) -> None:
    """The seeds' own slots and articles out of the way."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "session")
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))
    db.session.commit()


def carry_out(
    found: DigestSlot, at: datetime | None = None, *, is_asked: bool = False
) -> DigestSlot:
    """The slot as it stands after it was carried out, on time unless told otherwise."""
    slot_id = found.id
    carry_out_slot(slot_id, settings=settings(), now=at or found.slot_at, is_asked=is_asked)
    return db.session.get_one(DigestSlot, slot_id)


def mailing_of(found: DigestSlot) -> Mailing:
    return db.session.scalars(select(Mailing).where(Mailing.digest_slot_id == found.id)).one()


def got(found: DigestSlot) -> dict[int, int]:
    """The variant that each reader gets from a slot."""
    rows = db.session.execute(
        select(Delivery.subscriber_id, Delivery.variant_id).where(
            Delivery.mailing_id == mailing_of(found).id)
    )
    return dict(rows.tuples().all())  # type: ignore[arg-type]


def subjects(found: DigestSlot, who: Subscription) -> str:
    return db.session.get_one(Variant, got(found)[who.subscriber_id]).subject


def test_each_reader_gets_what_is_new_in_her_themes(session: Session) -> None:
    data, leading = reader("data"), reader("leiderschap")
    one, other = article("data"), article("leiderschap")
    done = carry_out(slot())
    assert done.status is SlotStatus.CARRIED_OUT
    assert (done.readers_due, done.readers_nothing_new) == (2, 0)
    assert one.title in subjects(done, data)
    assert other.title in subjects(done, leading)


def test_readers_with_equal_selections_share_a_variant(session: Session) -> None:
    narrow, wide, other = reader("data"), reader("data", "leiderschap"), reader("smart-city")
    article("data")
    article("smart-city")
    variants = got(carry_out(slot()))
    assert variants[narrow.subscriber_id] == variants[wide.subscriber_id]
    assert variants[other.subscriber_id] != variants[narrow.subscriber_id]


def test_nothing_new_is_recorded_and_nobody_gets_a_mail(session: Session) -> None:
    for _ in range(3):
        reader("data")
    article("leiderschap")
    done = carry_out(slot())
    assert done.status is SlotStatus.NOTHING_NEW
    assert (done.readers_due, done.readers_nothing_new) == (0, 3)
    assert material.deliveries(MailKind.DIGEST) == []
    mailing = mailing_of(done)
    assert (mailing.status, mailing.recipients) == (MailingStatus.FINISHED, 0)
    assert progress(mailing).closes


def test_only_readers_of_the_cadence_with_something_new_are_due(session: Session) -> None:
    due = reader("data")
    reader("leiderschap")
    reader("data", cadence=Cadence.MONTHLY)
    reader(cadence=Cadence.NONE)
    material.sign_up("wacht@gemeente.example", choices("data"), now=NOW - DAY)
    article("data")
    done = carry_out(slot())
    assert set(got(done)) == {due.subscriber_id}
    assert (done.readers_due, done.readers_nothing_new) == (1, 1)


@pytest.mark.parametrize("released", [
    NOW - WEEK + SECOND, NOW - DAY, NOW - SECOND, NOW, NOW + SECOND, NOW + WEEK - SECOND,
    NOW + WEEK,
])
def test_an_article_falls_in_exactly_one_window(session: Session, released: datetime) -> None:
    who = reader("data")
    article("data", released_at=released)
    slots = [carry_out(slot(at=NOW + weeks * WEEK)) for weeks in range(3)]
    assert [who.subscriber_id in got(each) for each in slots].count(True) == 1
    assert slots[0].slot_at == slots[1].window_from
    assert slots[1].slot_at == slots[2].window_from


def test_carrying_out_late_does_not_move_the_cut_off(session: Session) -> None:
    who = reader("data")
    article("data", released_at=NOW + HOUR)
    first = carry_out(slot(), NOW + 3 * HOUR)
    assert first.status is SlotStatus.NOTHING_NEW
    assert who.subscriber_id in got(carry_out(slot(at=NOW + WEEK)))


def test_who_chose_the_theme_after_the_cut_off_gets_it_from_the_next_on(session: Session) -> None:
    who = reader("leiderschap")
    article("data")
    article("data", released_at=NOW + DAY)
    change_choices(who, choices("data", "leiderschap"), source_page="/voorkeuren", now=NOW + SECOND)
    assert carry_out(slot(), NOW + HOUR).status is SlotStatus.NOTHING_NEW
    assert who.subscriber_id in got(carry_out(slot(at=NOW + WEEK)))


def test_who_confirmed_after_the_cut_off_is_due_from_the_next_on(session: Session) -> None:
    on_time, late = reader("data", at=NOW), reader("data", at=NOW + SECOND)
    article("data")
    assert set(got(carry_out(slot(), NOW + HOUR))) == {on_time.subscriber_id}
    article("data", released_at=NOW + DAY)
    assert late.subscriber_id in got(carry_out(slot(at=NOW + WEEK)))


def test_repeating_a_slot_makes_no_second_mailing(session: Session) -> None:
    reader("data")
    article("data")
    found = slot()
    for _ in range(3):
        carry_out(found)
    assert session.scalar(select(func.count()).select_from(Mailing)) == 1
    assert len(material.deliveries(MailKind.DIGEST)) == 1


def test_a_slot_whose_moment_has_not_come_is_left_alone(session: Session) -> None:
    found = carry_out(slot(), NOW - SECOND)
    assert found.status is SlotStatus.PLANNED
    assert session.scalar(select(func.count()).select_from(Mailing)) == 0


def test_missed_slots_merge_into_the_newest_and_each_article_comes_once(session: Session) -> None:
    who = reader("data")
    missed = [slot(at=NOW - weeks * WEEK) for weeks in (2, 1)]
    for weeks in (0, 1, 2):
        article("data", released_at=NOW - weeks * WEEK - HOUR)
    newest = slot()
    assert due_slots(NOW) == [newest.id]
    done = carry_out(newest)
    assert [each.status for each in missed] == [SlotStatus.MERGED] * 2
    assert set(got(done)) == {who.subscriber_id}
    assert done.window_from == moment_of((NOW - 3 * WEEK).date(), time(8))
    variant = db.session.get_one(Variant, got(done)[who.subscriber_id])
    assert "Drie nieuwe artikelen" in variant.preheader
    assert due_slots(NOW) == []


def test_after_a_slot_that_was_carried_out_missed_windows_are_all_taken(session: Session) -> None:
    who = reader("data", at=NOW - 10 * WEEK)
    carry_out(slot(at=NOW - 3 * WEEK))
    slot(at=NOW - 2 * WEEK)
    slot(at=NOW - WEEK)
    for weeks in (3, 2, 1):
        article("data", released_at=NOW - weeks * WEEK + HOUR)
    done = carry_out(slot())
    assert done.window_from == NOW - 3 * WEEK
    variant = db.session.get_one(Variant, got(done)[who.subscriber_id])
    assert "Drie nieuwe artikelen" in variant.preheader


def test_one_cadence_takes_nothing_from_the_other(session: Session) -> None:
    monthly = slot(cadence=Cadence.MONTHLY, at=NOW - DAY)
    carry_out(slot())
    assert monthly.status is SlotStatus.PLANNED


def test_beyond_the_lateness_limit_a_person_is_asked(session: Session) -> None:
    reader("data")
    article("data")
    limit = timedelta(hours=settings().lateness_hours)
    found = carry_out(slot(), NOW + limit + SECOND)
    assert found.status is SlotStatus.LATE
    assert [(each.kind, each.subject) for each in open_alarms()] == [("digest_late", found.key)]
    assert material.deliveries(MailKind.DIGEST) == []
    assert carry_out(found, NOW + limit + SECOND).status is SlotStatus.LATE
    asked = carry_out(found, NOW + DAY, is_asked=True)
    assert asked.status is SlotStatus.CARRIED_OUT
    assert open_alarms() == []


def test_up_to_the_lateness_limit_it_is_caught_up(session: Session) -> None:
    reader("data")
    article("data")
    found = carry_out(slot(), NOW + timedelta(hours=settings().lateness_hours))
    assert found.status is SlotStatus.CARRIED_OUT


def test_a_late_slot_that_a_newer_one_takes_over_rings_no_more(session: Session) -> None:
    late = carry_out(slot(), NOW + DAY)
    carry_out(slot(at=NOW + WEEK))
    assert late.status is SlotStatus.MERGED
    assert open_alarms() == []


def test_a_mailing_that_was_only_opened_ends_with_the_slot_that_is_taken_over(
    session: Session,
) -> None:
    missed = slot()
    opened = open_mailing(missed.key, kind=MailKind.DIGEST, cutoff_at=NOW, now=NOW,
                          digest_slot_id=missed.id)
    carry_out(slot(at=NOW + WEEK))
    session.refresh(opened)
    assert opened.status is MailingStatus.CANCELLED
    assert carry_out(missed, NOW + WEEK).status is SlotStatus.MERGED


def test_an_article_in_several_themes_comes_once(session: Session) -> None:
    who = reader("data", "leiderschap", "smart-city")
    both = article("data", "leiderschap", "smart-city")
    done = carry_out(slot())
    assert subjects(done, who).strip() == both.title


def test_a_theme_without_new_articles_is_no_reason_to_write(session: Session) -> None:
    session.execute(update(ChosenTheme).values(chosen_at=NOW - WEEK))
    reader("data", "leiderschap")
    article(released_at=NOW - DAY)
    assert carry_out(slot()).status is SlotStatus.NOTHING_NEW


def test_many_at_once_carry_a_slot_out_once(committed: Flask) -> None:
    with transaction():
        for _ in range(5):
            reader("data")
        article("data")
        slot_id = slot().id

    def run(_: int) -> None:
        with committed.app_context():
            carry_out_slot(slot_id, settings=settings(), now=NOW)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(run, range(12)))
    assert db.session.scalar(select(func.count()).select_from(Mailing)) == 1
    assert len(material.deliveries(MailKind.DIGEST)) == 5


def test_wherever_it_dies_nothing_is_half_and_the_next_call_goes_on(committed: Flask) -> None:
    with transaction():
        for _ in range(5):
            reader("data")
        article("data")
        slot_id = slot().id
    deaths = 0
    while material.dies_at(
        deaths, lambda: carry_out_slot(slot_id, settings=settings(), now=NOW)
    ):
        deaths += 1
        done = db.session.get_one(DigestSlot, slot_id).status is SlotStatus.CARRIED_OUT
        assert len(material.deliveries(MailKind.DIGEST)) == (5 if done else 0)
        db.session.rollback()
    assert deaths > 10
    assert len(material.deliveries(MailKind.DIGEST)) == 5
    assert progress(mailing_of(db.session.get_one(DigestSlot, slot_id))).closes
