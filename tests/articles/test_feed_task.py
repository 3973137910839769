"""The task that looks at feeds: alarms after a day, gone when mended, and none stops another."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from newsletter.articles.add_feed import FeedDraft, add_feed
from newsletter.articles.find_feeds import due_feeds
from newsletter.core import create_core
from newsletter.deliveries.alarm import open_alarms
from newsletter.extensions import db
from tasks.feeds import look_at_feed
from tests.articles.test_look_at_feed import piece
from tests.articles.test_read_feed import rss
from tests.fetching.rude import Rude, reply
from tests.material import NOW

GOOD, BROKEN = reply(rss(piece())), reply(b"", status="500 Oops")


@pytest.fixture
def rude() -> Iterator[Rude]:
    with Rude().running() as running:
        yield running


@pytest.fixture
def core(rude: Rude, make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    made = create_core({**make_database(), "FEEDS_HERE": f"127.0.0.1:{rude.port}"})
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def feed(rude: Rude, path: str, answer: bytes) -> int:
    rude.answers[path] = answer
    made = add_feed(FeedDraft(path[1:], rude.url(path), 1), now=NOW, account_id=None)
    db.session.commit()
    return made.id


def run(now: datetime) -> None:
    """What a tick asks for at that moment."""
    with time_machine.travel(now, tick=True):
        ids = due_feeds(now)
        db.session.commit()
        for feed_id in ids:
            look_at_feed(feed_id)


def alarms() -> list[tuple[str, str]]:
    found = [(alarm.kind, alarm.subject) for alarm in open_alarms()]
    db.session.commit()
    return found


def test_an_alarm_is_raised_after_a_day_and_cleared_by_itself(core: Flask, rude: Rude) -> None:
    number = feed(rude, "/stuk", BROKEN)
    feed(rude, "/goed", GOOD)
    for hours in (0, 12, 23):
        run(NOW + timedelta(hours=hours, minutes=hours))
        assert alarms() == []
    run(NOW + timedelta(hours=25))
    assert alarms() == [("feed_failing", f"feed:{number}")]
    assert sum("/goed" in asked for asked in rude.heard) == 4
    rude.answers["/stuk"] = GOOD
    run(NOW + timedelta(hours=27))
    assert alarms() == []


def test_nothing_is_asked_inside_a_transaction(core: Flask, rude: Rude) -> None:
    open_now: list[int] = []
    seen: list[int] = []
    number = feed(rude, "/feed", GOOD)
    event.listen(db.engine, "begin", lambda _: open_now.append(1))
    for end in ("commit", "rollback"):
        event.listen(db.engine, end, lambda _: open_now.clear())

    def answer(connection: object, _stop: object) -> None:
        seen.append(len(open_now))
        connection.sendall(GOOD)  # type: ignore[attr-defined]

    rude.answers["/feed"] = answer
    with time_machine.travel(NOW, tick=True):
        look_at_feed(number)
    assert seen == [0]
