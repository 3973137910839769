"""Notices while other things go on: no mail is lost for them, and none brings one twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.models import DigestSlot
from newsletter.editions import plan_recipients as edition_recipients
from newsletter.editions.content import content_of
from newsletter.editions.models import Edition
from newsletter.emails.compile import compile_edition
from newsletter.errors import MailTooLarge
from newsletter.extensions import db
from newsletter.mailings.carry_notices import carry_by
from newsletter.mailings.freeze import freeze
from newsletter.mailings.models import Variant
from newsletter.mailings.notice_models import OwedNotice
from newsletter.mailings.open import open_mailing
from newsletter.mailings.owe_erratum import owe_erratum
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.owed import read_owed
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.house import house_of
from newsletter.subscribers.models import MailFormat, Subscription
from tests.material import NOW, approved_anew, article, deliveries, edition, reader, slot


def owe(subscriber_id: int) -> None:
    owe_notice("Iets veranderde.", "Something changed.", now=NOW,
               to=select(Subscription.subscriber_id)
               .where(Subscription.subscriber_id == subscriber_id))


@contextmanager
def when_compiled(act: Callable[[], object]) -> Iterator[None]:
    """Do something the moment that a planning begins to keep its content."""
    left = [act]

    def hook(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if left and statement.startswith("INSERT INTO manifests"):
            left.pop()()

    event.listen(db.engine, "before_cursor_execute", hook)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", hook)
    assert not left


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("change", ["format", "editions"])
def test_an_edition_reaches_who_changes_her_choices_while_it_is_compiled(change: str) -> None:
    who = reader(editions=change != "editions")
    owe(who.subscriber_id)
    made = edition([article("data")])
    mailing = open_mailing("edition:90-8", kind=MailKind.EDITION, cutoff_at=NOW,
                           edition_id=made.id, now=NOW)
    read_owed()
    owed = edition_recipients.selections_owed(NOW, now=NOW)
    manifest = freeze(_compiled(made, owed), edition_id=made.id, now=NOW)
    if change == "format":
        who.format = MailFormat.TEXT
    else:
        who.receives_editions = True
    db.session.flush()
    edition_recipients.plan_recipients(mailing, manifest.id, now=NOW)
    assert who.subscriber_id in {each.subscriber_id for each in deliveries(MailKind.EDITION)}
    assert db.session.scalars(select(OwedNotice.delivery_id)).all() == [None]


def _compiled(made: Edition, owed: Any = ()) -> Any:
    house = house_of(settings())
    return compile_edition(content_of(made), identity=house.identity, urls=house.urls, owed=owed)


@pytest.mark.usefixtures("session")
def test_a_notice_that_makes_a_mail_too_large_waits_for_the_next() -> None:
    db.session.execute(update(Article).values(released_at=None))
    who, other = reader(), reader()
    made = edition([article("data")])
    low, high = 0, 200_000
    while high - low > 20:
        middle = (low + high) // 2
        made.editorial_md = "woord " * (middle // 6)
        try:
            _compiled(made)
        except MailTooLarge:
            high = middle
        else:
            low = middle
    made.editorial_md = "woord " * (low // 6)
    approved_anew(made)
    owe(who.subscriber_id)
    db.session.commit()
    carry_out_edition(made.id, settings=settings(), now=NOW)
    assert {each.subscriber_id for each in deliveries(MailKind.EDITION)} == {
        who.subscriber_id, other.subscriber_id}
    assert db.session.scalars(select(OwedNotice.delivery_id)).all() == [None]


@pytest.fixture
def planned(committed: Flask) -> Callable[[Callable[[int, int], object]], int]:
    """Carries a digest out for one reader who is owed a notice, with an act in the midst of it."""
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))

    def plan(act: Callable[[int, int], object]) -> int:
        who, piece, due = reader("data").subscriber_id, article("data").id, slot().id
        owe(who)
        db.session.commit()
        errors: list[BaseException] = []
        threads: list[Thread] = []

        def run() -> None:
            with committed.app_context():
                try:
                    act(who, piece)
                    db.session.commit()
                except Exception as error:
                    errors.append(error)

        def start() -> None:
            threads.append(Thread(target=run))
            threads[0].start()
            threads[0].join(2)

        with when_compiled(start):
            carry_out_slot(due, settings=settings(), now=NOW)
        threads[0].join(20)
        db.session.rollback()
        assert errors == []
        return who

    return plan


def test_a_mail_to_her_alone_does_not_bring_what_a_digest_is_about_to(
    planned: Callable[[Callable[[int, int], object]], int]
) -> None:
    brought: list[object] = []
    who = planned(lambda who, _piece: brought.extend(carry_by(10**12, who)))
    assert brought == []
    assert db.session.scalars(
        select(Variant.notice_ids).join(Delivery, Delivery.variant_id == Variant.id)
        .where(Delivery.subscriber_id == who)).one() != []


def test_an_erratum_reaches_those_whose_mail_is_being_planned(
    planned: Callable[[Callable[[int, int], object]], int]
) -> None:
    who = planned(lambda _who, piece: owe_erratum(piece, "Fout.", None, now=NOW))
    owed = select(OwedNotice.subscriber_id).where(OwedNotice.delivery_id.is_(None))
    assert db.session.scalars(owed).all() == [who]
