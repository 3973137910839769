"""The door of the address forms: dearer, then a wait, never a refusal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.counts import Counts, Window
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.switch import switch
from newsletter.values import Rate
from newsletter.web.guard import attack
from tests.material import NOW
from tests.web import visitor
from tests.web.guard.person import Person, asked, fill_free_places
from tests.web.guard.solve import solve

Limit = Callable[..., None]


@pytest.mark.usefixtures("travel")
def test_with_proof_one_passes_when_the_free_places_are_gone(person: Person) -> None:
    fill_free_places(person)
    assert person.sign_up().status_code == 429
    assert person.pay().status_code == 303


@pytest.mark.usefixtures("travel")
def test_the_price_doubles_with_each_full_hour_limit_and_cheap_proofs_are_as_good_as_none(
    person: Person,
) -> None:
    fill_free_places(person)
    stocked = solve(person.challenge())
    costs = []
    for _ in range(9):
        costs.append(person.challenge()["maxnumber"])
        assert person.pay().status_code == 303
    assert costs == [50] * 4 + [100] * 4 + [200]
    assert person.sign_up(altcha=stocked).status_code == 429


@pytest.mark.usefixtures("travel")
def test_a_cheap_proof_takes_a_free_place_like_anybody_without_proof(
    person: Person, limited: Limit
) -> None:
    stocked = [solve(person.challenge()) for _ in range(4)]
    limited(proof_cost=500)
    codes = [person.sign_up(altcha=proof).status_code for proof in stocked]
    assert codes == [303, 303, 429, 429]


@pytest.mark.usefixtures("travel")
def test_a_proof_is_good_once(person: Person) -> None:
    fill_free_places(person)
    proof = solve(person.challenge())
    assert person.sign_up(altcha=proof).status_code == 303
    assert person.sign_up(altcha=proof).status_code == 429


def test_an_old_proof_is_as_good_as_none(person: Person, travel: Any) -> None:
    fill_free_places(person)
    proof = solve(person.challenge())
    travel.shift(timedelta(minutes=21))
    assert person.sign_up(altcha=proof).status_code == 429


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize(
    ("neighbour", "stranger"),
    [("192.0.2.250", "192.0.3.7"), ("::ffff:192.0.2.9", "2001:db8:1::7")],
)
def test_a_network_is_an_ipv4_24(
    client: FlaskClient, person: Person, neighbour: str, stranger: str
) -> None:
    fill_free_places(person)
    assert Person(client, neighbour).sign_up().status_code == 429
    assert Person(client, stranger).sign_up().status_code == 303


@pytest.mark.usefixtures("travel")
def test_a_network_is_an_ipv6_48(client: FlaskClient, limited: Limit) -> None:
    fill_free_places(Person(client, "2001:db8:1:1::7"))
    assert Person(client, "2001:db8:1:ffff::1").sign_up().status_code == 429
    assert Person(client, "2001:db8:2:1::7").sign_up().status_code == 303


@pytest.mark.usefixtures("travel")
def test_everybody_together_has_a_limit_too(client: FlaskClient, limited: Limit) -> None:
    limited(signup_global_per_minute=Rate(8, 60))
    people = [Person(client, f"10.0.{n}.1") for n in range(4)]
    assert [each.sign_up().status_code for each in people] == [303, 303, 429, 429]
    for each in people:
        assert each.pay().status_code == 303
    for each in people[:2]:
        assert each.pay().status_code == 303
    assert people[0].challenge()["maxnumber"] == 100


@pytest.mark.usefixtures("travel")
def test_what_was_not_let_in_does_not_make_it_dearer_for_others(
    person: Person, limited: Limit
) -> None:
    limited(signup_global_per_minute=Rate(12, 60))
    fill_free_places(person)
    for _ in range(20):
        assert person.sign_up().status_code == 429
    assert person.challenge()["maxnumber"] == 50


@pytest.mark.usefixtures("travel")
def test_a_filled_trap_gets_everybodys_answer_and_does_not_count(
    person: Person, session: Session
) -> None:
    before = asked(session)
    plain = person.sign_up()
    trapped = [person.sign_up(website="https://spam.example") for _ in range(5)]
    assert {(a.status_code, a.location, a.get_data()) for a in trapped} == {
        (plain.status_code, plain.location, plain.get_data())
    }
    assert asked(session) == before + 1
    assert person.sign_up().status_code == 303


@pytest.mark.usefixtures("travel")
def test_the_answer_is_the_same_whatever_the_address(person: Person) -> None:
    fill_free_places(person)
    pages = []
    for address in ("aaaa@gemeente.example", "bbbb@gemeente.example"):
        page = HTMLParser(person.sign_up(address=address).get_data(as_text=True))
        for node in page.css("input[type=hidden], [role=alert] p"):
            node.decompose()
        pages.append((page.html or "").replace(address, "…"))
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("travel")
def test_the_compact_form_and_the_link_form_have_the_same_door(person: Person) -> None:
    compact = visitor.form_of(person.get("/"), action="/aanmelden")
    asking = visitor.form_of(person.get("/mijn-link"), action="/mijn-link")
    assert person.post(compact, address="anne@gemeente.example").status_code == 303
    assert person.post(asking, address="anne@gemeente.example").status_code == 303
    busy = person.post(compact, address="anne@gemeente.example")
    assert busy.status_code == 429
    assert visitor.form_of(busy, action="/aanmelden").fields["address"] == ["anne@gemeente.example"]
    linked = person.post(asking, address="anne@gemeente.example")
    assert linked.status_code == 429
    assert visitor.heading(linked) == "Mijn abonnement"
    assert visitor.form_of(linked, action="/mijn-link").fields["wait"]


@pytest.mark.usefixtures("travel")
def test_in_attack_time_nothing_is_free_but_a_wait(
    person: Person, app: Flask, session: Session
) -> None:
    switch(SwitchName.ATTACK_MODE, is_on=True, by="operator:robin", now=clock.now())
    session.commit()
    attack.forget(app)
    assert person.challenge()["maxnumber"] == 400
    assert person.sign_up().status_code == 429
    assert person.pay().status_code == 303
    switch(SwitchName.ATTACK_MODE, is_on=False, by="operator:robin", now=clock.now())
    session.commit()
    attack.forget(app)
    assert person.sign_up().status_code == 303


def test_the_switch_is_looked_at_anew_within_ten_seconds(
    app: Flask, session: Session, limited: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr(clock, "boot_seconds", lambda: seconds[0])
    assert not attack.is_attack()
    switch(SwitchName.ATTACK_MODE, is_on=True, by="operator:robin", now=NOW)
    session.commit()
    assert not attack.is_attack()
    seconds[0] += 10
    assert attack.is_attack()


def test_the_challenge_is_kept_by_nobody_and_changes_nothing(
    person: Person, app: Flask
) -> None:
    answers = [person.get("/aanmelden/opgave") for _ in range(20)]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.mimetype for answer in answers} == {"application/json"}
    assert "Set-Cookie" not in answers[0].headers
    counts: Counts = app.extensions["counts"]
    assert counts.shared(Window("knocks", 60), now=clock.now()) == 0


@pytest.mark.parametrize("field", ["altcha", "wait"])
@pytest.mark.parametrize("value", ["\x00", "‮", "x" * 100_000, "<svg onload=x>", "W10="])
def test_hostile_words_in_what_the_guard_reads_never_break_the_page(
    person: Person, field: str, value: str
) -> None:
    for _ in range(3):
        answer = person.sign_up(**{field: value})
        assert answer.status_code in (303, 429)
        assert "<svg onload" not in answer.get_data(as_text=True)
