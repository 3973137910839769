"""What a reader was given, what comes back to her, and what waits: each once, none lost."""

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from newsletter.articles.drafts import Draft
from newsletter.articles.models import Article
from newsletter.articles.write import edit_article
from newsletter.catalogue.queries import magazine
from newsletter.core import settings
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, Variant
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.models import Cadence, Subscription
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW, article, choices, reader, slot

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_else(request: pytest.FixtureRequest) -> None:
    """The seeds' own slots and articles out of the way."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "session")
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))
    db.session.commit()


def given(who: Subscription, at: datetime, *, cadence: Cadence = Cadence.WEEKLY) -> set[int]:
    """The articles that a slot carried out at this moment gives her."""
    made = slot(cadence=cadence, at=at)
    carry_out_slot(made.id, settings=settings(), now=at)
    return set(db.session.scalar(
        select(Variant.article_ids)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.digest_slot_id == made.id, Delivery.subscriber_id == who.subscriber_id)
    ) or ())


def test_a_mail_that_ended_unsent_gives_its_articles_back() -> None:
    who, one = reader(), article("data")
    assert given(who, NOW) == {one.id}
    assert given(who, NOW + WEEK) == set()
    db.session.execute(text("update deliveries set status = 'failed',"
                            " ended_at = clock_timestamp() where kind = 'digest'"))
    assert given(who, NOW + 2 * WEEK) == {one.id}


def test_an_article_that_gets_a_theme_later_is_new_to_who_never_had_it() -> None:
    had, new = reader("data", "leiderschap"), reader("leiderschap")
    one = article("data")
    assert given(had, NOW) == {one.id}
    edit_article(one, Draft(
        kind="artikel", title=one.title, authors=("Noor de Wit",), summary=one.summary,
        theme_ids=tuple(material.theme_ids("data", "leiderschap"))), revision=None, now=NOW + DAY)
    made = NOW + WEEK
    assert given(new, made) == {one.id}
    assert given(had, made) == set()


def test_too_little_for_a_mail_waits_until_there_is_enough() -> None:
    magazine().weekly_minimum = 2
    who = reader()
    given(who, NOW)
    one = article("data", released_at=NOW + DAY)
    assert given(who, NOW + WEEK) == set()
    other = article("data", released_at=NOW + WEEK + DAY)
    assert given(who, NOW + 2 * WEEK) == {one.id, other.id}


def test_who_changes_her_cadence_loses_nothing_between_two_windows() -> None:
    who, other = reader(), reader(cadence=Cadence.MONTHLY)
    given(who, NOW)
    between = article("data", released_at=NOW + HOUR)
    assert given(other, NOW + DAY, cadence=Cadence.MONTHLY) == {between.id}
    change_choices(who, choices("data", cadence=Cadence.MONTHLY), source_page="/voorkeuren",
                   now=NOW + 2 * DAY)
    assert given(who, NOW + 31 * DAY, cadence=Cadence.MONTHLY) == {between.id}


def test_two_mailings_are_never_planned_at_once(committed: Flask) -> None:
    with transaction():
        reader()
        article("data")
        slot_id = slot().id

    def plan() -> None:
        with committed.app_context():
            carry_out_slot(slot_id, settings=settings(), now=NOW)

    planning = threading.Thread(target=plan)
    with db.engine.connect() as other:
        other.execute(text("select pg_advisory_lock('mailings'::regclass::oid::integer, 0)"))
        planning.start()
        planning.join(1.5)
        assert planning.is_alive()
        assert material.deliveries(MailKind.DIGEST) == []
        db.session.rollback()
        other.execute(text("select pg_advisory_unlock('mailings'::regclass::oid::integer, 0)"))
        planning.join(20)
    assert db.session.get_one(DigestSlot, slot_id).status is SlotStatus.CARRIED_OUT
