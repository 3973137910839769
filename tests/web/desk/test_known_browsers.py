"""A browser in which an editor got in before: kept out by nobody, and ended with the password."""

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.models import Account, RoleName
from newsletter.accounts.switch_off import switch_off, switch_on
from newsletter.core import signer
from newsletter.tokens import Purpose
from newsletter.web.known import cookie_name
from tests.material import NOW
from tests.second_factor import code
from tests.web.desk.browser import EMAIL, LOGIN, PASSWORD, Open, fill_the_network, guess
from tests.web.visitor import form_of


def test_who_got_in_before_is_kept_out_by_nobody(browser: Open, noor: Account, app: Flask) -> None:
    hers = browser()
    hers.come_in()
    hers.leave()
    fill_the_network(app)
    for number in range(3):
        guess(app, 10, ip=f"127.0.{5 + number}.1")
    assert browser("127.0.8.1").give().status_code == 429
    assert hers.give().status_code == 302


def test_the_cookie_of_who_got_in_is_out_of_reach_and_names_nobody(
    browser: Open, noor: Account
) -> None:
    hers = browser()
    asked = hers.give()
    assert "bekend-" not in " ".join(asked.headers.getlist("Set-Cookie"))
    form = form_of(hers.get(asked.location), action=f"{LOGIN}/code")
    (cookie,) = [each for each in hers.send(form, code=code()).headers.getlist("Set-Cookie")
                 if each.startswith("bekend-")]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/redactie/inloggen", "Max-Age=15552000"):
        assert part in cookie
    assert "noor" not in cookie


def test_another_password_ends_the_cookies_of_other_browsers_and_not_of_this_one(
    browser: Open, noor: Account, app: Flask, travel: Any
) -> None:
    here, elsewhere = browser(), browser()
    for each in (elsewhere, here):
        each.come_in()
        travel.shift(30)
    elsewhere.leave()
    shown = form_of(here.get("/redactie/mijn-account"), action="/redactie/mijn-account")
    fresh = "een heel ander wachtwoord"
    assert here.send(shown, present=PASSWORD, password=fresh).status_code == 303
    here.leave()
    guess(app, 10)
    assert elsewhere.give(password=fresh).status_code == 429
    assert here.give(password=fresh).status_code == 302


def test_an_account_that_was_switched_off_and_on_has_no_known_browsers(
    browser: Open, noor: Account, app: Flask, session: Session
) -> None:
    hers = browser()
    hers.come_in()
    admin = add_account(email="baas@redactie.example", name="Baas", password=PASSWORD,
                        roles=[RoleName.ADMIN], now=NOW)
    switch_off(noor, by=admin.id, now=NOW)
    switch_on(noor)
    session.commit()
    guess(app, 10)
    assert hers.give().status_code == 429


def test_a_cookie_is_good_for_its_own_account_alone(
    browser: Open, noor: Account, app: Flask, session: Session
) -> None:
    add_account(email="bas@redactie.example", name="Bas", password=PASSWORD,
                roles=[RoleName.EDITOR], now=NOW)
    session.commit()
    hers = browser()
    hers.come_in()
    hers.leave()
    guess(app, 10)
    (cookie,) = [each for each in hers.client._cookies.values() if "bekend-" in each.key]
    thief = browser()
    thief.client.set_cookie(cookie_name("bas@redactie.example"), cookie.value, path=LOGIN)
    guess(app, 10, name="bas@redactie.example")
    assert thief.give("bas@redactie.example").status_code == 429
    said, _, mac = cookie.value.rpartition(".")
    # Its first letter: the last has bits that say nothing, and so another spelling.
    forged = f"{said}.{'B' if mac[0] == 'A' else 'A'}{mac[1:]}"
    thief.client.set_cookie(cookie_name(EMAIL), forged, path=LOGIN)
    thief.shown = None
    assert thief.give().status_code == 429


def test_who_took_up_an_invitation_is_in_a_known_browser(
    browser: Open, noor: Account, app: Flask, session: Session
) -> None:
    guess(app, 10)
    token = signer().make(Purpose.INVITATION, noor.id, nonce=noor.invitation_nonce, issued_at=NOW)
    hers = browser()
    path = f"/redactie/uitnodiging/{token}"
    fresh = "een heel ander wachtwoord"
    assert hers.send(form_of(hers.get(path), action=path), password=fresh).status_code == 303
    assert hers.give(password=fresh).status_code == 302
