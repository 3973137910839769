"""Many posts at the same moment: no more come in than may, and none is answered with 5xx."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from flask import Flask
from sqlalchemy import func, select

from newsletter.app import create_app
from newsletter.broker import counts_url
from newsletter.extensions import db
from newsletter.subscribers.models import AddressRequest
from tests.web import visitor
from tests.web.guard.solve import solve

FREE = 5


@pytest.fixture
def app(make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    """A web of its own, where commits are real."""
    settings = make_database()
    with redis.Redis.from_url(counts_url(settings["REDIS_URL"])) as broker:
        broker.flushdb()
    application = create_app({
        **settings, "SIGNUP_WITHOUT_PROOF_PER_HOUR": f"{FREE} per hour", "PROOF_COST": "20",
    })
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def _kept(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).select_from(AddressRequest)) or 0
        db.session.remove()
        return found


def _post_at_once(app: Flask, times: int, **fields: str) -> Counter[int]:
    form = visitor.form_of(app.test_client().get("/aanmelden"), action="/aanmelden")

    def post(number: int) -> int:
        return visitor.post(
            app.test_client(), form, address=f"lezer{number}@gemeente.example", editions="y",
            cadence="none", **fields,
        ).status_code

    with ThreadPoolExecutor(6) as pool:
        return Counter(pool.map(post, range(times)))


def test_of_many_free_posts_at_once_only_so_many_come_in_as_are_free(app: Flask) -> None:
    codes = _post_at_once(app, 40)
    assert codes.keys() == {303, 429}
    assert 1 <= codes[303] <= FREE
    assert _kept(app) == codes[303]


def test_one_proof_posted_many_times_at_once_lets_in_one(app: Flask) -> None:
    while _post_at_once(app, FREE)[303]:
        pass
    before = _kept(app)
    proof = solve(app.test_client().get("/aanmelden/opgave").get_json())
    assert _post_at_once(app, 20, altcha=proof) == {303: 1, 429: 19}
    assert _kept(app) == before + 1
