"""An erratum at the desk: whom it reaches, and what it makes them read."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.digests.models import DigestSlot
from newsletter.extensions import db
from newsletter.mailings.models import Variant
from newsletter.mailings.notice_models import Notice, OwedNotice
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.models import Subscription
from tests.material import NOW, article, reader, slot
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

WORDS = "De wethouder heet Noor de Wit, niet Noor de Boer."


@pytest.fixture(autouse=True)
def _own_slots_and_articles(session: Session, now: None) -> None:
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))


def test_who_was_given_the_article_reads_it_and_nobody_else(editor: Worker) -> None:
    had, other = reader("data"), reader("leiderschap")
    one = article("data")
    article("leiderschap")
    carry_out_slot(slot().id, settings=settings(), now=NOW)
    path = f"/redactie/artikelen/{one.id}/bericht"
    assert "1 lezer kreeg dit artikel" in page(editor.get(path)).text()
    assert editor.post(path, text_nl=WORDS).status_code == 303
    owed = db.session.scalars(select(OwedNotice.subscriber_id)).all()
    assert owed == [had.subscriber_id] != [other.subscriber_id]
    assert after_one_more(had) == [[], db.session.scalars(select(Notice.id)).all()]
    acts = select(AuditEntry.subject).where(AuditEntry.act == "owe_erratum")
    assert db.session.scalars(acts).one() == f"article:{one.slug}"


def after_one_more(who: Subscription) -> list[list[int]]:
    """What her mails bring her, after one more digest."""
    week = NOW + timedelta(days=7)
    article("data", released_at=week - timedelta(days=1))
    carry_out_slot(slot(at=week).id, settings=settings(), now=week)
    return list(db.session.scalars(
        select(Variant.notice_ids).join(Delivery, Delivery.variant_id == Variant.id)
        .where(Delivery.subscriber_id == who.subscriber_id).order_by(Delivery.id)))


@pytest.mark.parametrize("words", ["", " ", "x" * 401, "a\nb"])
def test_what_is_no_line_is_refused_at_its_field(editor: Worker, words: str) -> None:
    reader("data")
    one = article("data")
    carry_out_slot(slot().id, settings=settings(), now=NOW)
    shown = editor.post(f"/redactie/artikelen/{one.id}/bericht", text_nl=words, text_en="Kept.")
    assert shown.status_code == 400
    assert list(faults(shown)) == ["text_nl"]
    assert page(shown).css_first("#text_en").attributes["value"] == "Kept."
    assert db.session.scalars(select(Notice)).all() == []


def test_what_nobody_was_given_needs_no_erratum(editor: Worker) -> None:
    one, draft = article("data"), article("data", released_at=None)
    shown = editor.get(f"/redactie/artikelen/{one.id}/bericht")
    assert "een bericht is niet nodig" in page(shown).text()
    assert "Zet het bericht klaar" not in page(shown).text()
    assert editor.get(f"/redactie/artikelen/{draft.id}/bericht").status_code == 404


def test_a_contributor_cannot_write_to_readers(contributor: Worker) -> None:
    one = article("data")
    assert contributor.get(f"/redactie/artikelen/{one.id}/bericht").status_code == 403


def test_an_erratum_that_is_posted_twice_is_owed_once(editor: Worker) -> None:
    had, one = reader("data"), article("data")
    carry_out_slot(slot().id, settings=settings(), now=NOW)
    for _ in range(2):
        editor.post(f"/redactie/artikelen/{one.id}/bericht", text_nl=WORDS)
    assert db.session.scalars(select(OwedNotice.subscriber_id)).all() == [had.subscriber_id]
