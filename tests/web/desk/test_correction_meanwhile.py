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
from newsletter.articles.models import Article
from newsletter.articles.proposal_queries import waiting_for
from newsletter.core import settings
from newsletter.editions.approval_models import Verdict, VoidReason
from newsletter.editions.approval_queries import find_newest, find_open
from newsletter.editions.approve import approve
from newsletter.editions.change import lock as hold
from newsletter.editions.queries import get_edition
from newsletter.editions.write_correction import open_correction
from newsletter.extensions import db
from newsletter.mailings.correction_queries import find_open_correction
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import get_mailing
from tests.articles.test_resize import picture
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
from tests.web.desk.test_bulk_themes import asked as plan_address
from tests.web.desk.test_bulk_themes import plan_of
from tests.web.desk.test_bulk_themes import press as carry_out
from tests.web.desk.test_image_page import send
from tests.web.visitor import faults, form_of

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


def somebody_waits() -> bool:
    # A transaction goes on seeing the connections that there were at its first look.
    db.session.execute(text("select pg_stat_clear_snapshot()"))
    return bool(db.session.scalar(text(
        "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
        " and datname = current_database())")))


@contextmanager
def while_held(app: Flask) -> Iterator[list[bool]]:
    """Another holds the edition until the press is answered; true once the press waited for it."""
    is_held, is_answered, waited = Event(), Event(), list[bool]()

    def other() -> None:
        with app.app_context():
            hold(get_edition("90-8"))
            is_held.set()
            while not (waited or is_answered.wait(0.1)):
                waited.extend([True] if somebody_waits() else [])
            db.session.rollback()
            db.session.remove()

    thread = Thread(target=other)
    thread.start()
    assert is_held.wait(30)
    try:
        yield waited
    finally:
        is_answered.set()
        thread.join()


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
                if somebody_waits():
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


def illustrated(worker: Worker, made: Article) -> None:
    assert send(worker, made, file=picture(size=(400, 300))).status_code == 303


def put_back(worker: Worker, made: Article) -> None:
    answer = worker.post(f"/redactie/artikelen/{made.id}/versies/0/terugzetten", revision="1")
    assert answer.status_code == 303


def taken_over(worker: Worker, made: Article) -> None:
    (waits,) = waiting_for(made.id)
    answer = worker.post(f"/redactie/artikelen/{made.id}/voorstellen/{waits.id}/overnemen",
                         revision="1")
    assert answer.status_code == 303


def retitled(worker: Worker, made: Article) -> None:
    save_article(worker, made, title="Een andere titel")


def themed(worker: Worker, made: Article) -> None:
    assert carry_out(worker, plan_of(worker, plan_address(made))) == 303


@pytest.mark.parametrize("deed", [retitled, illustrated, put_back, taken_over, themed])
def test_an_article_changed_in_the_instant_of_the_approval_voids_it(
    app: Flask, editor: Worker, publisher: Worker, contributor: Worker, mailing: Mailing,
    deed: Callable[[Worker, Article], None],
) -> None:
    made = get_edition("90-8").items[0].article
    save_article(editor, made, title="Een eerdere titel")
    save_article(contributor, made, title="Een titel die wacht")
    assert write(editor) == 303
    editor.post(f"{PATH}/goedkeuring")
    # The change waits for who approves, and takes along what she gave.
    with in_that_instant(app, give):
        deed(publisher, made)
    db.session.rollback()
    db.session.expire_all()
    asked = find_newest(get_edition("90-8").id)
    assert asked is not None
    assert (asked.verdict, asked.void_reason) == (Verdict.APPROVED, VoidReason.CONTENT)


def test_a_picture_is_drawn_before_the_edition_is_waited_for(
    app: Flask, editor: Worker, publisher: Worker, mailing: Mailing
) -> None:
    assert write(editor) == 303
    editor.post(f"{PATH}/goedkeuring")
    made = get_edition("90-8").items[0].article
    # What cannot be drawn is refused while another holds the edition, and waits for nobody: so
    # nobody waits for a drawing either.
    with while_held(app) as waited:
        answer = send(publisher, made, file=b"GIF89a and then nothing")
    assert waited == []
    assert answer.status_code == 400
    assert set(faults(answer)) == {"file"}
    with while_held(app) as waited:
        assert send(publisher, made, file=picture(size=(400, 300))).status_code == 303
    assert waited == [True]
