"""A correction that is begun or approved in the very instant of a press is dropped by nobody.

Commits are real here, and another connection holds the edition while the press waits.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.core import settings
from newsletter.editions.approval_models import Verdict, VoidReason
from newsletter.editions.approval_queries import find_newest, find_open
from newsletter.editions.approve import approve
from newsletter.editions.queries import get_edition
from newsletter.editions.write_correction import open_correction
from newsletter.extensions import db
from newsletter.mailings.correction_queries import find_open_correction
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import get_mailing
from tests.material import NOW, person
from tests.second_factor import code
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.desk.correcting import (
    KEY,
    MAILING,
    OLD,
    PATH,
    paused_half_way,
    press,
    save_article,
    write,
)
from tests.web.visitor import form_of

PATIENCE = 200  # looks, a tenth of a second apart


@pytest.fixture
def app(make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    """A web of its own, where commits are real."""
    application = create_app(make_database())
    application.config["TESTING"] = True
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session of the one who presses: its commits are seen by everybody."""
    with app.app_context():
        yield db.session()
        db.session.remove()


@pytest.fixture
def mailing(session: Session, now: None) -> Mailing:
    """Of three readers one has the mail; the rest waits."""
    return paused_half_way(session)


@pytest.fixture
def publisher(make_worker: MakeWorker) -> Worker:
    return make_worker(RoleName.PUBLISHER)


def begin() -> None:
    open_correction(get_edition("90-8"), get_mailing(KEY), by=person().id, now=NOW)


def give() -> None:
    made = get_edition("90-8")
    asked = find_open(made.id)
    assert asked is not None
    approve(made, asked.id, by=person(), now=NOW)


@contextmanager
def in_that_instant(app: Flask, deed: Callable[[], None]) -> Iterator[None]:
    """The deed is done by another, whose commit comes once somebody waits for it."""
    is_done, waited = Event(), []

    def other() -> None:
        with app.app_context():
            deed()
            db.session.flush()
            is_done.set()
            for _ in range(PATIENCE):
                if db.session.scalar(text(
                        "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
                        " and datname = current_database())")):
                    waited.append(True)
                    break
                sleep(0.1)
            db.session.commit()
            db.session.remove()

    thread = Thread(target=other)
    thread.start()
    assert is_done.wait(30)
    try:
        yield
    finally:
        thread.join()
    assert waited, "nobody waited for the other, so that the instant was missed"


def fields_at(worker: Worker, path: str) -> dict[str, str | list[str]]:
    """What the page's button posts."""
    found = form_of(worker.get(path), action=path).fields
    return {name: values for name, values in found.items() if name != "csrf_token"}


def late(mailing: Mailing) -> None:
    mailing.cutoff_at = NOW - timedelta(hours=settings().lateness_hours, minutes=5)
    db.session.commit()


def assert_left_alone(answer: TestResponse, *, leads_to: str) -> None:
    assert answer.status_code == 303
    assert str(answer.location).endswith(leads_to)
    db.session.rollback()
    db.session.expire_all()
    mailing = get_mailing(KEY)
    assert mailing.status is MailingStatus.PAUSED
    assert find_open_correction(mailing.id) is not None


@pytest.mark.parametrize("way", ["hervat", "alsnog", "stop"])
def test_a_correction_begun_in_that_instant_is_told_of_before_it_is_dropped(
    app: Flask, publisher: Worker, mailing: Mailing, way: str
) -> None:
    path = f"{MAILING}/{way}"
    if way == "alsnog":
        late(mailing)
    fields = {} if way == "hervat" else fields_at(publisher, path)
    fields["second_factor_code"] = code()
    token = publisher.token()
    with in_that_instant(app, begin):
        answer = publisher.post_with(token, path, **fields)
    leads_to = "/oude-tekst" if way == "hervat" else f"/{way}"
    assert_left_alone(answer, leads_to=leads_to)
    at = OLD if way == "hervat" else path
    assert press(publisher, at) == 303
    db.session.expire_all()
    assert find_open_correction(mailing.id) is None
    assert get_mailing(KEY).status is not MailingStatus.PAUSED


@pytest.mark.parametrize("way", ["oude-tekst", "alsnog", "stop", "verbetering/weg"])
def test_an_approval_given_in_that_instant_is_told_of_before_it_falls(
    app: Flask, editor: Worker, publisher: Worker, mailing: Mailing, way: str
) -> None:
    assert write(editor) == 303
    editor.post(f"{PATH}/goedkeuring")
    if way == "alsnog":
        late(mailing)
    path = f"{MAILING}/{way}"
    found = form_of(publisher.get(PATH if way.endswith("weg") else path), action=path).fields
    fields: dict[str, str | list[str]] = {
        name: values for name, values in found.items() if name != "csrf_token"}
    fields["second_factor_code"] = code()
    token = publisher.token()
    with in_that_instant(app, give):
        answer = publisher.post_with(token, path, **fields)
    assert_left_alone(answer, leads_to="/verbetering" if way.endswith("weg") else f"/{way}")
    approval = find_open(get_edition("90-8").id)
    assert approval is not None
    assert approval.holds
    if not way.endswith("weg"):
        assert "Ze is al goedgekeurd." in publisher.get(path).text


def test_an_article_saved_in_the_instant_of_the_approval_voids_it(
    app: Flask, editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    assert write(editor) == 303
    editor.post(f"{PATH}/goedkeuring")
    made = get_edition("90-8").items[0].article
    # Saving waits for who approves, and takes along what she gave.
    with in_that_instant(app, give):
        save_article(publisher, made, title="Een andere titel")
    db.session.rollback()
    db.session.expire_all()
    asked = find_newest(get_edition("90-8").id)
    assert asked is not None
    assert (asked.verdict, asked.void_reason) == (Verdict.APPROVED, VoidReason.CONTENT)
