"""Who must wait gets the form back, a place in the queue, and is let in after it."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.counts import Counts
from newsletter.values import Rate
from tests.material import NOW
from tests.web import visitor
from tests.web.guard.person import CHOSEN, Person, again, asked, fill_free_places, ticket_in
from tests.web.guard.solve import solve

Limit = Callable[..., None]


@pytest.mark.usefixtures("travel")
def test_without_proof_few_are_free_and_then_the_same_form_comes_back_with_a_wait(
    person: Person, session: Session
) -> None:
    before = asked(session)
    fill_free_places(person)
    answer = person.sign_up(
        address="bas@gemeente.example", themes=["data"], cadence="monthly", name="Bas"
    )
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(900)
    assert asked(session) == before + 2
    shown = visitor.page(answer)
    assert "Wacht 15 minuten en druk dan nog een keer." in shown.css_first("[role=alert]").text()
    kept = visitor.form_of(answer, action="/aanmelden").fields
    assert kept["address"] == ["bas@gemeente.example"]
    assert (kept["themes"], kept["cadence"], kept["name"]) == (["data"], ["monthly"], ["Bas"])


def test_who_waited_is_let_in_once_and_not_before(
    person: Person, travel: Any, limited: Limit, session: Session
) -> None:
    limited(signup_per_hour=Rate(60, 3600))
    fill_free_places(person)
    answer = person.sign_up()
    assert answer.headers["Retry-After"] == "60"
    assert "Wacht een minuut en druk dan nog een keer." in visitor.page(answer).body.text()
    travel.shift(timedelta(seconds=20))
    early = again(person, answer)
    assert (early.status_code, early.headers["Retry-After"]) == (429, "40")
    assert ticket_in(early) == ticket_in(answer)  # her place in the queue is kept
    before = asked(session)
    travel.shift(timedelta(seconds=40))
    assert again(person, early).status_code == 303
    assert asked(session) == before + 1
    twice = again(person, early)
    assert twice.status_code == 429
    assert ticket_in(twice) != ticket_in(answer)
    assert asked(session) == before + 1


def test_a_ticket_is_of_one_network_and_one_form(
    client: FlaskClient, person: Person, travel: Any
) -> None:
    neighbour, stranger = Person(client, "192.0.2.200"), Person(client, "198.51.100.7")
    for each in (person, stranger):
        fill_free_places(each)
    answer = person.sign_up()
    travel.shift(timedelta(minutes=20))
    ticket = ticket_in(answer)
    asking = visitor.form_of(person.get("/mijn-link"), action="/mijn-link")
    other_form = person.post(asking, address="anne@gemeente.example", wait=ticket)
    assert other_form.status_code == 429
    assert stranger.sign_up(wait=ticket).status_code == 429
    assert neighbour.sign_up(wait=ticket).status_code == 303


def test_a_fault_after_the_wait_costs_no_second_wait(person: Person, travel: Any) -> None:
    fill_free_places(person)
    answer = person.sign_up()
    travel.shift(timedelta(hours=1, minutes=-1))
    anew = person.sign_up()  # without the ticket it is as busy as before
    assert anew.status_code == 429
    form = visitor.form_of(answer, action="/aanmelden")
    typed = person.post(form, address="anne")  # a fault that the form itself sees
    assert typed.status_code == 400
    form = visitor.form_of(typed, action="/aanmelden")
    chosen = person.post(form, address="anne@gemeente.example", cadence="weekly", themes=[])
    assert chosen.status_code == 400  # a fault that the domain sees
    form = visitor.form_of(chosen, action="/aanmelden")
    assert person.post(form, cadence="none").status_code == 303
    assert person.post(form, cadence="none").status_code == 429


def test_two_hundred_quick_posts_of_one_network_all_come_in_after_their_wait(
    person: Person, travel: Any, session: Session
) -> None:
    form = person.form()
    answers = [
        person.post(form, address=f"lezer{n}@gemeente.example", **CHOSEN) for n in range(200)
    ]
    assert [answer.status_code for answer in answers] == [303] * 2 + [429] * 198
    waits = [int(answer.headers["Retry-After"]) for answer in answers[2:]]
    assert waits == [900 * n for n in range(1, 199)]  # as many in an hour as with proof
    before = asked(session)
    for place, answer in enumerate(answers[2:]):
        travel.move_to(NOW + timedelta(seconds=waits[place]))
        if waits[place] > 20 * 3600:
            break
        assert again(person, answer).status_code == 303
    assert asked(session) == before + place


@pytest.mark.usefixtures("travel")
def test_two_hundred_quick_posts_that_pay_get_dearer_and_then_wait(
    person: Person, limited: Limit
) -> None:
    limited(signup_per_hour=Rate(20, 3600), proof_cost=2)
    fill_free_places(person)
    form = person.form()
    codes, costs, waits = [], [], []
    for n in range(200):
        given = person.challenge()
        costs.append(given["maxnumber"])
        answer = person.post(
            form, address=f"lezer{n}@gemeente.example", altcha=solve(given), **CHOSEN
        )
        codes.append(answer.status_code)
        waits.append(answer.headers.get("Retry-After"))
    assert codes == [303] * 120 + [429] * 80
    assert costs == sorted(costs)
    assert (costs[0], costs[-1]) == (2, 64)
    assert all(wait is None or int(wait) >= 60 for wait in waits)


def test_with_redis_gone_each_process_counts_for_itself_and_no_page_is_slow(
    person: Person, app: Flask, monkeypatch: pytest.MonkeyPatch, limited: Limit
) -> None:
    monkeypatch.setitem(app.extensions, "counts", Counts("redis://127.0.0.1:1/0"))
    limited(signup_per_hour=Rate(60, 3600))
    with time_machine.travel(NOW, tick=False) as traveller:
        began = time.perf_counter()
        fill_free_places(person)
        answer = person.sign_up()
        assert answer.status_code == 429
        proof = solve(person.challenge())
        assert person.sign_up(altcha=proof).status_code == 303
        assert person.sign_up(altcha=proof).status_code == 429
        assert time.perf_counter() - began < 5
        traveller.shift(timedelta(minutes=1))
        assert again(person, answer).status_code == 303
        assert again(person, answer).status_code == 429


@pytest.mark.usefixtures("travel")
def test_a_flood_from_one_network_makes_nobody_elsewhere_wait_long(
    client: FlaskClient, person: Person, limited: Callable[..., None]
) -> None:
    limited(signup_per_hour=Rate(60, 3600), signup_global_per_minute=Rate(4, 60))
    for _ in range(120):
        person.sign_up()
    elsewhere = Person(client, "198.51.100.7")
    answer = elsewhere.sign_up()
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) < 240
