"""Guessing at the login: bounded, and it shuts out nobody who has the right password (S03)."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from newsletter.accounts.models import Account
from newsletter.counts import Counts
from tests.web.desk.browser import EMAIL, LOGIN, NEWSROOM, Open, fill_the_network, guess
from tests.web.visitor import Form, form_of, page


def test_sixty_wrong_posts_of_a_network_do_not_keep_its_editors_out(
    browser: Open, noor: Account
) -> None:
    stranger = browser()
    for number in range(60):
        assert stranger.give(f"gok{number}@redactie.example", "gok").status_code == 400
    editor = browser("127.0.9.77")
    held = editor.give()
    assert (held.status_code, held.headers["Retry-After"]) == (429, "60")
    assert editor.pay().status_code == 302


def test_without_a_script_she_waits_a_minute_and_is_in(
    browser: Open, noor: Account, app: Flask, travel: Any
) -> None:
    fill_the_network(app)
    editor = browser("127.0.9.77")
    held = editor.give()
    assert "Wacht dan een minuut" in page(held).css_first("[role=alert]").text()
    assert page(held).css_first("#email").attributes["value"] == EMAIL
    assert held.headers["Cache-Control"] == "no-store"
    early = editor.give()
    assert (early.status_code, early.headers["Retry-After"]) == (429, "60")
    assert editor.wait_and_press(travel, early).status_code == 302


def test_the_page_brings_the_work_once_a_network_is_full_and_not_before(
    browser: Open, noor: Account, app: Flask
) -> None:
    assert page(browser().get(LOGIN)).css_first("input[name=altcha]") is None
    fill_the_network(app)
    assert page(browser().get(LOGIN)).css_first("input[name=altcha]") is not None
    assert page(browser("127.0.8.1").get(LOGIN)).css_first("input[name=altcha]") is None


def test_passwords_that_are_right_fill_no_limit(browser: Open, noor: Account) -> None:
    for _ in range(12):
        assert browser().give().status_code == 302


def test_guessing_at_a_name_from_elsewhere_does_not_keep_her_out(
    browser: Open, noor: Account
) -> None:
    stranger = browser("198.51.100.1")
    answers = [stranger.give(password=f"gok {n}").status_code for n in range(14)]
    assert answers == [400] * 10 + [429] * 4
    assert browser().give().status_code == 302


def test_while_many_guess_at_her_name_she_waits_her_turn_and_is_in(
    browser: Open, noor: Account, app: Flask, travel: Any
) -> None:
    for number in range(3):
        guess(app, 10, ip=f"198.51.{number}.1")
    assert browser("198.51.1.1").give(password="gok").status_code == 429
    editor = browser()
    held = editor.give()
    assert held.status_code == 429
    assert int(held.headers["Retry-After"]) == 2 * 120
    assert "ben je aan de beurt" in page(held).css_first("[role=alert]").text()
    assert editor.wait_and_press(travel, held).status_code == 302


def test_asking_often_gives_a_network_no_more_than_one_place_in_the_line(
    browser: Open, noor: Account, app: Flask
) -> None:
    for number in range(3):
        guess(app, 10, ip=f"198.51.{number}.1")
    for _ in range(5):
        answer = browser("198.51.9.1").give(password="gok")
    assert "Vanaf jouw netwerk wacht al iemand" in answer.get_data(as_text=True)
    assert browser().give().headers["Retry-After"] == "240"


def _words(answer: TestResponse) -> str:
    """The page without what is fresh in each: tokens and tickets."""
    shown = page(answer)
    for node in shown.css("input[type=hidden]"):
        node.decompose()
    return (shown.html or "").replace("noor@", "…@").replace("nemo@", "…@")


def test_no_answer_tells_whether_a_name_exists(
    browser: Open, noor: Account, app: Flask
) -> None:
    nobody = "nemo@redactie.example"
    why = []
    for ip, before in (("127.0.5.1", 0), ("127.0.5.1", 9), ("127.0.6.1", 10), ("127.0.7.1", 10),
                       ("127.0.8.1", 0)):
        for name in (EMAIL, nobody):
            guess(app, before, name=name, ip=ip)
        known, unknown = (browser(ip).give(name, "gok") for name in (EMAIL, nobody))
        assert known.headers.get("Retry-After") == unknown.headers.get("Retry-After")
        assert (known.status_code, _words(known)) == (unknown.status_code, _words(unknown))
        why.append((known.status_code, known.headers.get("Retry-After")))
    assert why == [(400, None), (429, "60"), (429, "60"), (429, "120"), (429, "240")]


def test_a_post_of_another_site_is_no_guess_at_a_name(browser: Open, noor: Account) -> None:
    forged = browser()
    for _ in range(12):
        form = Form(LOGIN, {"csrf_token": ["gok"]})
        assert forged.send(form, email=EMAIL, password="gok").status_code == 400
    assert browser().give().status_code == 302


def test_a_page_that_stood_open_too_long_comes_back_with_what_was_typed_and_its_turn(
    browser: Open, noor: Account, app: Flask, travel: Any
) -> None:
    fill_the_network(app)
    hers = browser()
    hers.give()
    travel.shift(45 * 60)
    old = hers.give()
    assert old.status_code == 400
    assert "Deze pagina stond lang open" in old.get_data(as_text=True)
    assert page(old).css_first("#email").attributes["value"] == EMAIL
    assert hers.shown is not None
    assert hers.shown.fields["wait"] != [""]


def test_guesses_in_json_count_at_the_same_name(browser: Open, noor: Account) -> None:
    stranger = browser()
    token = form_of(stranger.get(LOGIN), action=LOGIN).fields["csrf_token"][0]
    answers = []
    for _ in range(12):
        stranger.alone()
        answers.append(stranger.client.post(
            LOGIN, json={"email": EMAIL, "password": "gok", "csrf_token": token},
            headers={"X-CSRFToken": token}, environ_base={"REMOTE_ADDR": NEWSROOM},
        ).status_code)
    assert answers == [400] * 10 + [429] * 2


def test_without_the_broker_guessing_is_bounded_all_the_same(
    browser: Open, noor: Account, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "counts", Counts("redis://127.0.0.1:1/0"))
    stranger = browser()
    answers = [stranger.give(password="gok").status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2
