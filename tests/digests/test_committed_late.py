"""What happened just before a cut-off, and was committed after the slot was planned, is not lost.

In every test the first slot is planned before the deed's rows are there, though the deed's moment
lies two seconds before its cut-off.
"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.articles.change_themes import Way, change_themes
from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import magazine
from newsletter.core import settings
from newsletter.deliveries.models import MailKind
from newsletter.digests.models import DigestSlot, SlotArticle, SlotStatus, Treatment
from newsletter.digests.reckon import reckon
from newsletter.extensions import db
from newsletter.mailings.models import Variant
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.change import change_choices
from tests.digests.theme_hands import given, merge
from tests.material import NOW, article, choices, deliveries, reader, slot

SECOND, HOUR, WEEK = timedelta(seconds=1), timedelta(hours=1), timedelta(days=7)
JUST_BEFORE = NOW - 2 * SECOND


@pytest.fixture(autouse=True)
def _no_other_slots(session: Session) -> None:
    """The seeds' own slots and articles out of the way."""
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))


def _carry_out(at: datetime) -> DigestSlot:
    found = slot(at=at)
    carry_out_slot(found.id, settings=settings(), now=at + 4 * SECOND)
    db.session.expire_all()
    return found


def _given() -> list[list[int]]:
    """The articles of each digest, in order."""
    ids = [each.variant_id for each in deliveries(MailKind.DIGEST)]
    found = dict(db.session.execute(select(Variant.id, Variant.article_ids)).tuples().all())
    return [sorted(found[each]) for each in ids if each is not None]


def test_a_theme_that_was_given_in_time_brings_its_article_in_the_next_slot() -> None:
    reader("data")
    old = article("leiderschap", released_at=NOW - 50 * WEEK)
    _carry_out(NOW - WEEK)
    _carry_out(NOW)
    data = db.session.scalars(select(Theme).where(Theme.slug == "data")).one()
    change_themes({old.id: old.revision}, data, Way.GIVE, now=JUST_BEFORE)
    db.session.flush()
    _carry_out(NOW + WEEK)
    assert _given() == [[old.id]]


def test_an_article_that_was_released_in_time_comes_in_the_next_slot() -> None:
    reader("data")
    _carry_out(NOW - WEEK)
    _carry_out(NOW)
    late = article("data", released_at=JUST_BEFORE)
    _carry_out(NOW + WEEK)
    assert _given() == [[late.id]]


def test_a_theme_that_she_chose_in_time_brings_its_articles_in_the_next_slot() -> None:
    subscription = reader("leiderschap", at=NOW - 9 * WEEK)
    old = article("data", released_at=NOW - 2 * WEEK)
    _carry_out(NOW - WEEK)
    _carry_out(NOW)
    change_choices(subscription, choices("data", "leiderschap"), source_page="/voorkeuren",
                   now=JUST_BEFORE)
    db.session.flush()
    _carry_out(NOW + WEEK)
    assert _given() == [[old.id]]


def test_what_the_slot_before_gave_in_that_hour_is_given_once() -> None:
    reader("data", at=NOW - 9 * WEEK)
    _carry_out(NOW - WEEK)
    given = article("data", released_at=JUST_BEFORE)
    _carry_out(NOW)
    following = _carry_out(NOW + WEEK)
    assert _given() == [[given.id]]
    assert (following.status, following.readers_nothing_new) == (SlotStatus.NOTHING_NEW, 1)
    fresh = article("data", released_at=NOW + WEEK + HOUR)
    _carry_out(NOW + 2 * WEEK)
    assert _given() == [[given.id], [fresh.id]]


def test_what_the_slot_before_saw_in_that_hour_is_not_asked_of_every_reader_again() -> None:
    reader("data", at=NOW - 9 * WEEK)
    _carry_out(NOW - WEEK)
    seen = article("data", released_at=JUST_BEFORE)
    before = _carry_out(NOW)
    late = article("data", released_at=JUST_BEFORE)
    following = slot(at=NOW + WEEK)
    assert reckon(following, magazine()).links.fresh_ids == [late.id]
    # Of a slot that was planned before this was kept it is not known.
    before.seen_links = None
    db.session.flush()
    assert reckon(following, magazine()).links.fresh_ids == [seen.id, late.id]


def test_an_article_that_was_left_out_of_the_slot_before_is_asked_of_all_the_same() -> None:
    reader("data", at=NOW - 9 * WEEK)
    _carry_out(NOW - WEEK)
    left_out = article("data", released_at=JUST_BEFORE)
    before = slot(at=NOW)
    db.session.add(SlotArticle(slot_id=before.id, article_id=left_out.id,
                               treatment=Treatment.LEFT_OUT))
    carry_out_slot(before.id, settings=settings(), now=NOW)
    db.session.expire_all()
    assert reckon(slot(at=NOW + WEEK), magazine()).links.fresh_ids == [left_out.id]


def test_a_theme_of_the_house_that_was_given_in_time_brings_what_others_had() -> None:
    subscription, other = reader("data", at=NOW - 9 * WEEK), reader("leiderschap")
    _carry_out(NOW - WEEK)
    new = article("leiderschap", released_at=NOW - SECOND)
    _carry_out(NOW)
    merge("data", "leiderschap", JUST_BEFORE)
    _carry_out(NOW + WEEK)
    assert given(other, NOW) == given(subscription, NOW + WEEK) == {new.id}
    assert given(subscription, NOW) == given(other, NOW + WEEK) == set()


def test_the_window_that_the_slot_keeps_begins_at_the_cutoff_before() -> None:
    reader("data", at=NOW - 9 * WEEK)
    _carry_out(NOW - WEEK)
    assert _carry_out(NOW).window_from == NOW - WEEK
