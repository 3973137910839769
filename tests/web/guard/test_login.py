"""The door of the login: how many guesses an attacker gets, and who waits how long (S03)."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.web.guard import login
from newsletter.web.guard.login import Held, Why

NAME = "noor@redactie.example"
HOUR = 3600


class Guesser:
    """A network from which one name is guessed at, as soon as the door lets it."""

    def __init__(self, app: Flask, ip: str) -> None:
        self.app, self.ip = app, ip
        self.ticket, self.until, self.looked_at = "", 0.0, 0

    def knock(self, name: str = NAME) -> Held | None:
        with self.app.test_request_context(
            method="POST", data={"wait": self.ticket}, environ_base={"REMOTE_ADDR": self.ip}
        ):
            held = login.knock(name, browser=None)
        self.ticket = held.ticket if held else ""
        return held

    def guess(self) -> None:
        """All that may be tried at this moment."""
        while self.until <= clock.now().timestamp():
            held = self.knock()
            self.looked_at += held is None
            self.until = clock.now().timestamp() + held.seconds if held else 0


@pytest.fixture
def guessers(app: Flask, session: Session, limited: Any) -> Any:
    """So many of them, each in a network of its own."""
    return lambda number: [Guesser(app, f"198.51.{n}.1") for n in range(number)]


def guess_for(seconds: int, guessers: list[Guesser], travel: Any, *, step: int) -> list[int]:
    """How many guesses each got in that time, looking each `step` seconds whether it may."""
    before = [guesser.looked_at for guesser in guessers]
    for _ in range(0, seconds, step):
        for guesser in guessers:
            guesser.guess()
        travel.shift(timedelta(seconds=step))
    return [each.looked_at - was for each, was in zip(guessers, before, strict=True)]


def test_one_network_gets_fifteen_guesses_at_a_name_in_an_hour_and_forty_in_a_day(
    guessers: Any, travel: Any
) -> None:
    (alone,) = guessers(1)
    assert guess_for(HOUR, [alone], travel, step=30) == [15]
    assert guess_for(23 * HOUR, [alone], travel, step=300)[0] <= 25


def test_all_networks_together_get_sixty_guesses_at_a_name_in_an_hour(
    guessers: Any, travel: Any
) -> None:
    many = guessers(40)
    hours = [sum(guess_for(HOUR, many, travel, step=30)) for _ in range(3)]
    assert 50 < hours[0] <= 60
    assert max(hours) <= 60


def test_all_networks_together_get_two_hundred_guesses_at_a_name_in_a_day(
    guessers: Any, travel: Any
) -> None:
    assert 100 < sum(guess_for(24 * HOUR, guessers(80), travel, step=300)) <= 200


def test_turns_that_were_saved_up_do_not_all_come_at_once(guessers: Any, travel: Any) -> None:
    many = guessers(60)
    for guesser in many * 2:
        guesser.knock()
    assert sum(bool(guesser.ticket) for guesser in many) == 60
    travel.shift(timedelta(hours=1, minutes=30))
    for guesser in many:
        guesser.looked_at, guesser.until = 0, 0
    assert sum(guess_for(HOUR, many, travel, step=30)) <= 60


def test_her_turn_comes_however_often_others_ask(guessers: Any, travel: Any) -> None:
    *others, hers = guessers(6)
    guess_for(60, others, travel, step=60)
    for guesser in others * 50:
        guesser.knock()
    held = hers.knock()
    assert held is not None
    assert (held.why, bool(held.ticket)) == (Why.NAME, True)
    assert held.seconds <= 6 * 120
    travel.shift(timedelta(seconds=held.seconds))
    assert hers.knock() is None


def test_a_network_has_one_place_in_the_line_of_a_name(guessers: Any, travel: Any) -> None:
    *others, asking = guessers(5)
    guess_for(60, others, travel, step=60)
    given = []
    for _ in range(3):
        asking.ticket = ""
        asking.knock()
        given.append(bool(asking.ticket))
    assert given == [True, False, False]


def test_a_ticket_is_good_once_for_one_name_from_one_network(guessers: Any, travel: Any) -> None:
    *others, hers, thief = guessers(7)
    guess_for(60, others, travel, step=60)
    held = hers.knock()
    assert held is not None
    travel.shift(timedelta(seconds=held.seconds))
    for stolen, name in ((thief, NAME), (hers, "bas@redactie.example")):
        stolen.ticket = held.ticket
        assert (stolen.knock(name) is None) == (name != NAME)
    hers.ticket = held.ticket
    assert hers.knock() is None
    hers.ticket = held.ticket
    assert hers.knock() is not None


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("other", [
    "Noor@Redactie.Example", " noor@redactie.example", "NOOR@REDACTIE.EXAMPLE",
    "nóor@redactie.example", "\uff4eoor@redactie.example",
])
def test_another_spelling_of_a_name_is_no_new_name(guessers: Any, other: str) -> None:
    (alone,) = guessers(1)
    for _ in range(10):
        assert alone.knock() is None
    assert alone.knock(other) is not None


@pytest.mark.usefixtures("travel")
def test_what_was_right_is_taken_back(app: Flask, guessers: Any) -> None:
    for _ in range(40):
        with app.test_request_context(method="POST", environ_base={"REMOTE_ADDR": "192.0.2.7"}):
            assert login.knock(NAME, browser=None) is None
            login.forgive()


@pytest.mark.usefixtures("travel")
def test_a_browser_that_was_in_before_has_a_count_and_a_growing_wait_of_its_own(
    app: Flask, guessers: Any
) -> None:
    with app.test_request_context(method="POST"):
        answers = [login.knock(NAME, browser="hers") for _ in range(12)]
        assert [held.seconds if held else 0 for held in answers] == [0] * 10 + [60] * 2
        assert login.knock(NAME, browser="another") is None
        assert login.knock(NAME, browser=None) is None
