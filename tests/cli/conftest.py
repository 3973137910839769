"""Runs the command as a person would, inside a test's own transaction."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from newsletter.cli.main import cli
from tests.conftest import SEEDED_AT

Run = Callable[..., Result]


@pytest.fixture
def run(session: Session) -> Run:
    """`newsletter` with these words; what the test made so far is committed first."""

    def invoke(*words: str, **kwargs: Any) -> Result:
        session.commit()
        return CliRunner().invoke(cli, list(words), catch_exceptions=False, **kwargs)

    return invoke


@pytest.fixture
def seeded() -> Iterator[None]:
    """The clock stands at the moment of the seeds: what they planned is still to come."""
    with time_machine.travel(SEEDED_AT, tick=False):
        yield


@pytest.fixture
def read(run: Run) -> Callable[..., Any]:
    """What `newsletter` with these words says as JSON."""

    def ask(*words: str) -> Any:
        return json.loads(run(*words, "--json").stdout)

    return ask


@pytest.fixture
def production() -> Callable[[dict[str, str]], dict[str, str]]:
    """Settings turned into those of a service in production."""

    def of(settings: dict[str, str]) -> dict[str, str]:
        return settings | {
            "NEWSLETTER_ENV": "production",
            "PUBLIC_URL": "https://nieuws.example",
            "SMTP_URL": "smtp://127.0.0.1:2525?tls=none",
            "MAIL_FROM": "nieuws@nieuws.example",
            "REPLY_TO": "redactie@nieuws.example",
            "BOUNCE_DOMAIN": "bounces.nieuws.example",
            "ERASED_IDS": "/nonexistent/erased.ids",
        }

    return of
