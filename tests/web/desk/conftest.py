"""People at the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import redis
import time_machine
from flask import Flask, g
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.add import add_account
from newsletter.accounts.audit import Origin
from newsletter.accounts.begin_session import begin_session
from newsletter.accounts.models import Account, RoleName
from newsletter.broker import counts_url
from newsletter.config import Settings
from newsletter.counts import Counts
from newsletter.extensions import db
from newsletter.web import sessions
from newsletter.web.extensions import limiter
from tests.material import NOW
from tests.second_factor import equip
from tests.web.desk.browser import EMAIL, NEWSROOM, PASSWORD, Browser


@dataclass
class Worker:
    """Someone logged in at the desk, with a browser."""

    account: Account
    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        self._come_in()
        return self.client.get(path)

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        """Press a button, with the form token that the desk gave.

        What the test made before is committed, so that a refused deed undoes only itself.
        """
        db.session.commit()
        return self.post_with(self.token(), path, **fields)

    def post_with(self, token: str, path: str, **fields: str | list[str]) -> TestResponse:
        """The same with a form token that a page gave before, and no page opened for it."""
        self._come_in()
        return self.client.post(path, data={"csrf_token": token, **fields})

    def _come_in(self) -> None:
        """Of several workers in one test, who asks now: all requests share the test's context."""
        for kept in ("_login_user", "csrf_token"):
            g.pop(kept, None)

    def token(self) -> str:
        """The form token of this session."""
        page = LexborHTMLParser(self.get("/redactie/jaarplan/2026").get_data(as_text=True))
        field = page.css_first('form[action^="/redactie/uitloggen"] input[name=csrf_token]')
        return str(field.attributes["value"])


MakeWorker = Callable[[RoleName], Worker]


@pytest.fixture(autouse=True)
def _nobody_was_here(app: Flask) -> None:
    """Limits on guessing go on from test to test, and all tests come from one network."""
    with app.app_context():
        limiter.reset()
    settings: Settings = app.config["SETTINGS"]
    with redis.Redis.from_url(counts_url(settings.redis_url)) as broker:
        broker.flushdb()


@pytest.fixture
def make_worker(app: Flask, session: Session, now: None) -> MakeWorker:
    """Makes someone with a role, logged in as the login does it."""
    numbers = count(1)

    def make(role: RoleName) -> Worker:
        account = equip(add_account(
            email=f"iemand{next(numbers)}-{role}@redactie.example",
            name=f"Iemand {role.value}",
            password="een lang wachtwoord",
            roles=[role],
            now=NOW,
        ))
        key = begin_session(account.id, origin=Origin("192.0.2.7", "Browser"), now=NOW)
        session.commit()
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"] = account.fs_uniquifier
            kept["_fresh"] = True
            kept.permanent = True
            kept[sessions.KEY] = key
        return Worker(account, client)

    return make


@pytest.fixture
def editor(make_worker: MakeWorker) -> Worker:
    return make_worker(RoleName.EDITOR)


@pytest.fixture
def contributor(make_worker: MakeWorker) -> Worker:
    return make_worker(RoleName.CONTRIBUTOR)


@pytest.fixture
def publisher(make_worker: MakeWorker) -> Worker:
    return make_worker(RoleName.PUBLISHER)


@pytest.fixture
def admin(make_worker: MakeWorker) -> Worker:
    return make_worker(RoleName.ADMIN)


@pytest.fixture
def travel(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that stands still until it is shifted, and counts that nobody made fail."""
    settings: Settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.extensions, "counts", Counts(settings.redis_url))
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def noor(session: Session, travel: Any) -> Account:
    """An editor with a second factor, who has not been in yet."""
    made = equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                             roles=[RoleName.EDITOR], now=NOW))
    session.commit()
    return made


@pytest.fixture
def browser(app: Flask, session: Session) -> Callable[..., Browser]:
    """Makes browsers, each with cookies of its own."""

    def make(ip: str = NEWSROOM) -> Browser:
        return Browser(app.test_client(), ip)

    return make
