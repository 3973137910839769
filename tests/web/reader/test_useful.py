"""Was this mail useful: one link for all, two buttons, and nothing kept of who pressed."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import settings
from newsletter.mailings.answer import MONTHS_OPEN, Answer, answers_to
from newsletter.mailings.answer_models import MailingAnswers
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.web.extensions import limiter
from newsletter.web.reader import useful
from tests.material import NOW, article, edition, reader, slot
from tests.web.reader.life import everything
from tests.web.visitor import form_of, heading, page, post

pytestmark = pytest.mark.usefixtures("now")
PATH = "/nuttig/edition.90-8"
READERS = 3


@pytest.fixture
def mailing(app: Flask, session: Session) -> Mailing:
    """An edition on its way to three readers, and nobody who answered lately."""
    with app.app_context():
        limiter.reset()
    for _ in range(READERS):
        reader("data")
    carry_out_edition(edition([article("data")]).id, settings=settings(), now=NOW)
    return get_mailing("edition:90-8")


def press(client: FlaskClient, said: str = "useful") -> TestResponse:
    """A visit, and one of the two buttons."""
    return post(client, form_of(client.get(PATH), action=PATH), answer=said)


def test_looking_counts_nothing_and_sets_no_cookie(
    client: FlaskClient, mailing: Mailing, session: Session
) -> None:
    before = everything(session)
    for method in ("GET", "HEAD", "OPTIONS"):
        for path in (PATH, f"{PATH}?answer=useful", f"{PATH}/dank"):
            seen = client.open(path, method=method)
            assert seen.status_code == 200
            assert "Set-Cookie" not in seen.headers
    assert everything(session) == before


def test_a_button_counts_once_and_says_thanks(client: FlaskClient, mailing: Mailing) -> None:
    seen = press(client)
    assert (seen.status_code, seen.location) == (303, f"{PATH}/dank")
    assert heading(client.get(seen.location)) == "Dank je wel"
    press(client, "not_useful")
    assert answers_to(mailing.id) == {Answer.USEFUL: 1, Answer.NOT_USEFUL: 1}


def test_a_second_press_of_one_visit_changes_nothing(
    client: FlaskClient, mailing: Mailing
) -> None:
    form = form_of(client.get(PATH), action=PATH)
    for said in ("useful", "useful", "not_useful"):
        assert post(client, form, answer=said).location == f"{PATH}/dank"
    assert answers_to(mailing.id) == {Answer.USEFUL: 1, Answer.NOT_USEFUL: 0}


@pytest.mark.parametrize("changed", [
    {"answer": "maybe"}, {"csrf_token": "x"}, {"visit": "another"}, {"answer": []}])
def test_what_did_not_come_from_our_page_counts_nothing(
    client: FlaskClient, mailing: Mailing, changed: dict[str, str | list[str]]
) -> None:
    form = form_of(client.get(PATH), action=PATH)
    refused = post(client, form, **{"answer": "useful", **changed})
    assert refused.status_code == 400
    assert len(page(refused).css("[role=alert] li")) == 1
    assert sum(answers_to(mailing.id).values()) == 0
    # The page that came back works.
    assert post(client, form_of(refused, action=PATH), answer="useful").status_code == 303


def test_the_page_of_another_site_cannot_press(client: FlaskClient, mailing: Mailing) -> None:
    form = form_of(client.get(PATH), action=PATH)
    refused = client.post(PATH, data=form.filled(answer="useful"),
                          headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert sum(answers_to(mailing.id).values()) == 0


def test_no_more_answers_count_than_there_are_recipients(
    client: FlaskClient, mailing: Mailing
) -> None:
    for _ in range(READERS + 2):
        assert press(client).status_code == 303
    assert answers_to(mailing.id)[Answer.USEFUL] == READERS


def test_one_network_is_counted_so_often_in_an_hour_and_says_so(
    client: FlaskClient, mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(useful, "PER_HOUR", 2)
    assert "hooguit 2 antwoorden" in client.get(PATH).get_data(as_text=True)
    assert [press(client).status_code for _ in range(3)] == [303, 303, 429]
    assert answers_to(mailing.id)[Answer.USEFUL] == 2


def test_the_answers_are_counts_of_days_and_of_nobody(
    client: FlaskClient, mailing: Mailing, session: Session
) -> None:
    press(client)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        press(client)
        press(client, "not_useful")
    rows = session.execute(
        select(MailingAnswers.day, MailingAnswers.useful, MailingAnswers.not_useful)
        .order_by(MailingAnswers.day)
    ).all()
    assert rows == [(NOW.date(), 1, 0), (NOW.date() + timedelta(days=1), 1, 1)]
    assert {column.name for column in MailingAnswers.__table__.columns} == {
        "mailing_id", "day", "useful", "not_useful"}


@pytest.mark.parametrize("key", ["nee", "edition.90-7", "edition:90-8.x", "digest", "%00"])
def test_an_unknown_mailing_has_no_page(client: FlaskClient, mailing: Mailing, key: str) -> None:
    for path in (f"/nuttig/{key}", f"/nuttig/{key}/dank"):
        assert client.get(path).status_code == 404
    assert client.post(f"/nuttig/{key}", data={"answer": "useful"}).status_code == 404


def test_after_a_year_the_page_is_closed(client: FlaskClient, mailing: Mailing) -> None:
    form = form_of(client.get(PATH), action=PATH)
    with time_machine.travel(NOW.replace(year=NOW.year + MONTHS_OPEN // 12), tick=False):
        closed = client.get(PATH)
        assert closed.status_code == 410
        assert page(closed).css("main button") == []
        assert post(client, form, answer="useful").status_code in (400, 410)
    assert sum(answers_to(mailing.id).values()) == 0


def test_a_digest_asks_too_under_the_key_of_its_slot(
    client: FlaskClient, session: Session, mailing: Mailing
) -> None:
    article("data", released_at=NOW - timedelta(hours=1))
    due = slot()
    carry_out_slot(due.id, settings=settings(), now=NOW)
    shown = client.get(f"/nuttig/{due.key.replace(':', '.')}?taal=nl")
    assert "De weekmail van 10 november 2026" in shown.get_data(as_text=True)
