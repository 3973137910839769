"""Every route of the desk, read from the URL map, against everybody who may come to it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from newsletter.accounts.models import RoleName
from newsletter.partners.models import Partner
from newsletter.web.desk.roles import RANKS
from newsletter.web.desk.room import ROLES
from tests.web.desk.conftest import MakeWorker
from tests.web.desk.test_entrance import VALUES

# What asks no role: the steps of the login, and what its machinery has that the desk does without.
# Each as it answers a GET and a POST of who has given nothing at all; None where there is no such.
STEPS: dict[str, tuple[int | None, int | None]] = {
    "files.login_challenge": (200, None),
    "security.login": (200, 400),
    "security.two_factor_setup": (302, 400),
    "security.two_factor_setup_validate": (None, 302),
    "security.two_factor_token_validation": (302, 400),
    "security.two_factor_rescue": (404, 404),
    "security.mf_recovery": (302, 400),
    "security.mf_recovery_codes": (404, 404),
    "security.tf_select": (404, 404),
    "invited.invitation": (410, 410),
    "passkey_login.answer": (None, 400),
    "passkey_login.challenge": (None, 400),
}


def rules_of(app: Flask) -> list[Rule]:
    """Every rule under the desk's address, and of its machinery, as the URL map has it."""
    ours = ("desk.", "security.")
    return [rule for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/redactie") or rule.endpoint.startswith(ours)]


def filled(rule: Rule) -> str:
    address = rule.rule.replace("<int:", "<")
    for name, value in VALUES.items():
        address = address.replace(f"<{name}>", value)
    assert "<" not in address, f"give VALUES a value for {address}"
    return address


def test_every_address_of_the_desk_has_a_role_or_is_a_step_of_the_login(app: Flask) -> None:
    assert {rule.endpoint for rule in rules_of(app)} == {*ROLES, *STEPS}
    assert all(isinstance(role, RoleName) for role in ROLES.values())


def test_a_step_of_the_login_gives_nothing_to_who_has_given_nothing(
    app: Flask, client: FlaskClient, now: None
) -> None:
    for rule in rules_of(app):
        if rule.endpoint not in STEPS:
            continue
        methods = ("GET", "POST")
        found = tuple(client.open(filled(rule), method=method).status_code
                      if method in (rule.methods or ()) else None for method in methods)
        assert found == STEPS[rule.endpoint], rule.rule
        assert client.get("/redactie/").status_code == 303


@pytest.mark.parametrize("role", [*RoleName, "contributor of a partner"])
def test_each_role_opens_its_pages_and_no_others(
    app: Flask, make_worker: MakeWorker, session: Session, role: str
) -> None:
    """By each method that a rule has; who may post is told that the form token lacks (400)."""
    of_partner = role not in set(RoleName)
    worker = make_worker(RoleName.CONTRIBUTOR if of_partner else RoleName(role))
    if of_partner:
        worker.account.partner_id = session.scalars(select(Partner.id)).first()
        session.commit()
    rank = 0 if of_partner else RANKS.index(RoleName(role))
    for rule in rules_of(app):
        if rule.endpoint in STEPS:
            continue
        may = rank >= RANKS.index(ROLES[rule.endpoint])
        methods = rule.methods or set()
        assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}, rule.rule
        if "GET" in methods:
            assert (worker.get(filled(rule)).status_code != 403) == may, rule.rule
        if "POST" in methods:
            expected = 400 if may else 403
            assert worker.client.post(filled(rule)).status_code == expected, rule.rule
