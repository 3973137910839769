"""Waiting after a mail that did not get through, however it went wrong."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from newsletter.deliveries.backoff import delay, drop_delay, sender_delay

each_wait = pytest.mark.parametrize("wait", [delay, drop_delay, sender_delay])
Wait = Callable[..., timedelta]


@each_wait
@pytest.mark.parametrize("seed", range(20))
def test_no_address_sees_more_than_twelve_attempts_in_ten_minutes(wait: Wait, seed: int) -> None:
    random, at, moments = Random(seed), 0.0, []
    for attempts in range(1, 40):
        moments.append(at)
        at += wait(attempts, random=random).total_seconds()
    assert all(sum(since <= each < since + 600 for each in moments) <= 12 for since in moments)


@each_wait
def test_waits_grow_to_an_hour_and_no_further(wait: Wait) -> None:
    waits = [wait(attempts, random=Random(1)).total_seconds() for attempts in range(1, 60)]
    assert waits[:6] == sorted(waits[:6])
    assert max(waits) == 3600.0
    assert sum(waits) > 24 * 3600


def test_the_first_wait_of_a_mail_that_was_put_off_is_five_seconds_or_a_little_more() -> None:
    waits = {delay(1, random=Random(seed)).total_seconds() for seed in range(50)}
    assert 5.0 <= min(waits) < max(waits) <= 6.25


def test_no_two_mails_wait_alike() -> None:
    random = Random(1)
    assert len({delay(3, random=random) for _ in range(50)}) == 50
