"""What the tests of the guard share: strict limits and a person."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from newsletter.broker import counts_url
from newsletter.config import Settings
from newsletter.counts import Counts
from newsletter.values import Rate
from newsletter.web.guard import attack
from tests.material import NOW
from tests.web.guard.person import Person

STRICT = {
    "signup_per_hour": Rate(4, 3600),
    "signup_without_proof_per_hour": Rate(2, 3600),
    "signup_global_per_minute": Rate(1000, 60),
    "proof_cost": 50,
}


@pytest.fixture
def limited(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """Strict limits and no counts yet; called with others it sets those instead."""
    usual: Settings = app.config["SETTINGS"]
    with redis.Redis.from_url(counts_url(usual.redis_url)) as broker:
        broker.flushdb()
    monkeypatch.setitem(app.extensions, "counts", Counts(usual.redis_url))

    def limit(**others: Any) -> None:
        settings = replace(usual, **{**STRICT, **others})
        monkeypatch.setitem(app.config, "SETTINGS", settings)

    limit()
    attack.forget(app)
    yield limit
    attack.forget(app)


@pytest.fixture
def person(client: FlaskClient, limited: Callable[..., None]) -> Person:
    return Person(client, "192.0.2.7")


@pytest.fixture
def travel() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
