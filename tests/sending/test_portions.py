"""A claim is written in portions: nothing that came to an end waits until all of it is a draft."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending import settle
from newsletter.sending.appetite import Appetite
from newsletter.sending.claim import Owed
from newsletter.sending.run import Post
from newsletter.sending.write import Draft, Writer
from tests.faults.relay import OK, Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
READERS = 80
# As long as a signature takes with a long key on a slow machine.
WRITING_SECONDS = 0.005


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The deliveries of which a draft was made, each of which takes its time."""
    told: list[int] = []
    draft = Writer.draft

    def slowly(writer: Writer, owed: Owed) -> Draft:
        told.append(owed.due.id)
        time.sleep(WRITING_SECONDS)
        return draft(writer, owed)

    monkeypatch.setattr(Writer, "draft", slowly)
    return told


@contextmanager
def published(house: OpenHouse, relay: Relay) -> Iterator[Post]:
    """A house with one conversation that claims all readers of its mailing at once."""
    with relay, house(relay, SMTP_CONNECTIONS="1") as (_, post):
        publish(READERS)
        post._appetite = Appetite(least=READERS, most=READERS)
        yield post


def _statuses() -> dict[DeliveryStatus, int]:
    return dict(progress(get_mailing("edition:90-8")).by_status)


def test_an_answer_that_is_news_is_recorded_before_the_claim_is_written(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch, written: list[int]
) -> None:
    """R20: the brake hears of it while hardly a mail has followed."""
    answers, before = ["451 4.7.1 later"], list[int]()
    write_down = settle.write_down

    def telling(results: list[Result], **how: Any) -> None:
        if any(each.outcome is Outcome.ABOUT_SENDER for each in results):
            before.append(len(written))
        write_down(results, **how)

    monkeypatch.setattr(settle, "write_down", telling)
    with published(house, Relay(answer=lambda *_: answers.pop() if answers else OK)) as post:
        post.run(Lane.BULK, seconds=30)
        assert _statuses() == {DeliveryStatus.SENT: READERS - 1, DeliveryStatus.DEFERRED: 1}
    assert len(before) == 1
    assert before[0] < READERS * 3 // 4


def test_a_slow_relay_is_not_written_ahead_of_for_more_than_half_a_claim(
    house: OpenHouse, written: list[int]
) -> None:
    """Each draft holds its signature and its links."""
    ahead: list[int] = []

    def answer(_: str, __: int) -> str:
        ahead.append(len(written) - len(ahead))
        return OK

    with published(house, Relay(answer=answer, pace=0.25)) as post:
        sent = post.run(Lane.BULK, seconds=2).sent
        assert sent == len(ahead)
    assert 0 < max(ahead) < READERS * 3 // 4


def test_what_is_unwritten_when_the_time_is_up_goes_back_and_leaves_in_the_next_run(
    house: OpenHouse, written: list[int]
) -> None:
    relay = Relay(pace=0.1)
    with published(house, relay) as post:
        sent = post.run(Lane.BULK, seconds=2).sent
        assert 0 < sent < READERS
        assert len(written) < READERS
        assert _statuses() == {DeliveryStatus.SENT: sent, DeliveryStatus.PENDING: READERS - sent}
        relay.pace = 0.0
        assert post.run(Lane.BULK, seconds=30).sent == READERS - sent
        assert relay.journal.repeats() == 0
