"""The second factor: nobody comes in without it, each code works once, and recovery keeps it."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.add import add_account
from newsletter.accounts.audit import Origin
from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.begin_session import begin_session
from newsletter.accounts.models import Account, AccountSession, RoleName
from newsletter.accounts.second_factor import METHOD
from newsletter.accounts.session_queries import FRESH
from tests.material import NOW
from tests.second_factor import code, equip
from tests.web.desk.conftest import Worker
from tests.web.visitor import form_of, heading, page, post

LOGIN = "/redactie/inloggen"
EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
SCHEDULE = "/redactie/edities/20-8/verzendmoment"


@pytest.fixture
def noor(session: Session, now: None) -> Account:
    """An editor whose second factor is not set up yet."""
    made = add_account(email=EMAIL, name="Noor", password=PASSWORD, roles=[RoleName.EDITOR],
                       now=NOW)
    session.commit()
    return made


def give_password(client: FlaskClient) -> TestResponse:
    form = form_of(client.get(LOGIN), action=LOGIN)
    return post(client, form, email=EMAIL, password=PASSWORD)


def give_code(client: FlaskClient, typed: str) -> TestResponse:
    return post(client, form_of(client.get(f"{LOGIN}/code"), action=f"{LOGIN}/code"), code=typed)


def leave(client: FlaskClient) -> None:
    """By the button; a cookie that is only dropped would stay in the test's own memory."""
    shown = client.get("/redactie/jaarplan/2026")
    assert post(client, form_of(shown, action="/redactie/uitloggen")).status_code == 303


def is_in(client: FlaskClient) -> bool:
    return client.get("/redactie/").status_code == 200


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))


def begin_set_up(client: FlaskClient) -> TestResponse:
    asked = client.get(give_password(client).location)
    assert heading(asked) == "Stel je tweede stap in"
    return post(client, form_of(asked, action=f"{LOGIN}/instellen"))


def test_who_has_no_second_factor_sets_it_up_before_any_page_opens(
    client: FlaskClient, noor: Account, session: Session
) -> None:
    shown = begin_set_up(client)
    assert not is_in(client)
    assert page(shown).css_first("svg.qr") is not None
    key = page(shown).css_first("#key").text().replace("-", "").replace(" ", "")
    done = post(client, form_of(shown, action=f"{LOGIN}/code"), code=code(key))
    assert done.location.endswith("/redactie/mijn-account/herstelcodes")
    assert is_in(client)
    session.expire_all()
    assert noor.tf_primary_method == METHOD
    assert key not in str(noor.tf_totp_secret)
    assert "log_in" in acts(session)


def test_a_wrong_first_code_sets_nothing_up(
    client: FlaskClient, noor: Account, session: Session
) -> None:
    shown = begin_set_up(client)
    refused = post(client, form_of(shown, action=f"{LOGIN}/code"), code="000000")
    assert refused.status_code == 400
    assert "Deze code klopt niet" in refused.get_data(as_text=True)
    assert not is_in(client)
    session.expire_all()
    assert noor.tf_primary_method is None


def test_the_password_alone_opens_nothing(client: FlaskClient, noor: Account) -> None:
    equip(noor)
    assert give_password(client).location.startswith(f"{LOGIN}/code")
    assert not is_in(client)
    for path in ("instellen", "herstelcode"):
        client.get(f"{LOGIN}/{path}")
        assert not is_in(client)


def test_the_pages_of_the_second_step_are_nothing_without_the_password(
    client: FlaskClient, noor: Account
) -> None:
    equip(noor)
    for path in ("code", "instellen", "herstelcode"):
        assert client.get(f"{LOGIN}/{path}").location.endswith(LOGIN)


def test_a_code_works_once(client: FlaskClient, noor: Account, app: Flask) -> None:
    equip(noor)
    give_password(client)
    assert give_code(client, code()).status_code == 302
    leave(client)
    give_password(client)
    assert give_code(client, code()).status_code == 400
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        assert give_code(client, code()).status_code == 302


@pytest.mark.parametrize("later", [-1, 1])
def test_a_code_of_another_half_minute_is_refused_and_kept(
    client: FlaskClient, noor: Account, session: Session, later: int
) -> None:
    equip(noor)
    give_password(client)
    assert give_code(client, code(later=later)).status_code == 400
    assert not is_in(client)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "code_refused")).one()
    assert (entry.subject, entry.actor) == (f"account:{noor.id}", "stranger")


def test_guessing_codes_is_slowed_down(client: FlaskClient, noor: Account) -> None:
    equip(noor)
    give_password(client)
    codes = [give_code(client, f"00000{n % 10}").status_code for n in range(12)]
    assert codes == [400] * 10 + [429] * 2


def test_a_recovery_code_lets_in_once_and_the_second_factor_stays(
    client: FlaskClient, noor: Account, session: Session, app: Flask
) -> None:
    equip(noor)
    give_password(client)
    give_code(client, code())
    shown = client.get("/redactie/mijn-account/herstelcodes")
    made = post(client, form_of(shown, action="/redactie/mijn-account/herstelcodes"))
    codes = [each.text() for each in page(made).css(".codes code")]
    assert len(set(codes)) == 10
    session.expire_all()
    assert not set(codes) & set(noor.mf_recovery_codes or [])
    again = client.get("/redactie/mijn-account/herstelcodes").get_data(as_text=True)
    assert not any(each in again for each in codes)
    for wanted in (302, 400):
        leave(client)
        give_password(client)
        form = form_of(client.get(f"{LOGIN}/herstelcode"), action=f"{LOGIN}/herstelcode")
        assert post(client, form, code=codes[3]).status_code == wanted
        assert is_in(client) == (wanted == 302)
    session.expire_all()
    assert noor.tf_primary_method == METHOD
    assert len(noor.mf_recovery_codes or []) == 9
    assert "recovery_code_refused" in acts(session)


def test_an_account_that_is_shut_between_password_and_code_comes_not_in(
    client: FlaskClient, noor: Account, session: Session
) -> None:
    equip(noor)
    give_password(client)
    noor.active = False
    session.commit()
    give_code(client, code())
    assert not is_in(client)


def test_a_session_without_a_second_factor_opens_nothing(
    editor: Worker, session: Session
) -> None:
    editor.account.tf_primary_method = editor.account.tf_totp_secret = None
    session.commit()
    assert editor.get("/redactie/").status_code == 303


def test_what_has_weight_asks_a_code_again_and_goes_on_with_what_was_typed(
    editor: Worker, session: Session
) -> None:
    fields = {"day": "1-2-2027", "at": "10.00"}
    with time_machine.travel(NOW + FRESH + timedelta(seconds=31), tick=False):
        asked = editor.post(SCHEDULE, **fields)
        assert asked.status_code == 403
        assert heading(asked) == "Bevestig dat jij het bent"
        form = form_of(asked, action=SCHEDULE)
        assert {name: form.fields[name] for name in fields} == {
            "day": ["1-2-2027"], "at": ["10.00"]}
        refused = post(editor.client, form, second_factor_code="000000")
        assert refused.status_code == 403
        assert "Deze code klopt niet" in refused.get_data(as_text=True)
        gone_on = post(editor.client, form_of(refused, action=SCHEDULE),
                       second_factor_code=code())
        assert gone_on.status_code != 403
        assert "Bevestig dat jij het bent" not in gone_on.get_data(as_text=True)
        assert editor.post(SCHEDULE, **fields).status_code != 403
    assert acts(session)[:2] == ["code_refused", "confirm"]


def test_another_app_is_set_up_with_a_fresh_code_and_ends_other_sessions(
    editor: Worker, session: Session, app: Flask
) -> None:
    begin_session(editor.account.id, origin=Origin("192.0.2.8", "Elsewhere"), now=NOW)
    assert editor.post("/redactie/mijn-account/tweede-stap").location.endswith("/instellen")
    asked = editor.get(f"{LOGIN}/instellen")
    shown = post(editor.client, form_of(asked, action=f"{LOGIN}/instellen"))
    key = page(shown).css_first("#key").text().replace("-", "").replace(" ", "")
    before = editor.account.tf_totp_secret
    done = post(editor.client, form_of(shown, action=f"{LOGIN}/instellen/"), code=code(key))
    assert done.location.endswith("/redactie/mijn-account")
    session.expire_all()
    assert editor.account.tf_totp_secret != before
    assert "change_second_factor" in acts(session)
    ended = session.scalars(select(AccountSession.ended_at).order_by(AccountSession.id)).all()
    assert [each is None for each in ended] == [True, False]


def test_a_wrong_code_leaves_the_app_as_it_was_and_is_told(
    editor: Worker, session: Session
) -> None:
    before = editor.account.tf_totp_secret
    asked = editor.get(f"{LOGIN}/instellen")
    shown = post(editor.client, form_of(asked, action=f"{LOGIN}/instellen"))
    done = post(editor.client, form_of(shown, action=f"{LOGIN}/instellen/"), code="000000")
    assert "De code klopte niet." in editor.get(done.location).get_data(as_text=True)
    session.expire_all()
    assert editor.account.tf_totp_secret == before


def test_no_other_app_is_set_up_when_the_last_code_is_old(editor: Worker) -> None:
    with time_machine.travel(NOW + FRESH + timedelta(seconds=31), tick=False):
        assert editor.get(f"{LOGIN}/instellen").location.endswith("/redactie/mijn-account")
        asked = editor.post("/redactie/mijn-account/tweede-stap")
        assert heading(asked) == "Bevestig dat jij het bent"


@pytest.mark.parametrize("path", ["/tf-rescue", "/mf-recovery-codes", "/tf-select", "/us-setup"])
def test_what_the_desk_does_without_is_not_there(editor: Worker, path: str) -> None:
    assert editor.get(path).status_code == 404




def test_a_half_login_left_standing_cannot_replace_a_factor_set_up_since(
    app: Flask, noor: Account, session: Session
) -> None:
    parked = app.test_client()
    give_password(parked)
    parked.get(f"{LOGIN}/instellen")
    equip(noor)
    session.commit()
    for path in (f"{LOGIN}/instellen", f"{LOGIN}/code"):
        with parked.session_transaction() as kept:
            kept["tf_state"] = "validating_profile"
            kept["tf_user_id"] = noor.fs_uniquifier
        assert parked.get(path).location == LOGIN
    assert not is_in(parked)


def test_a_refusal_asked_in_json_is_in_the_audit_trail_too(
    client: FlaskClient, noor: Account, session: Session
) -> None:
    form = form_of(client.get(LOGIN), action=LOGIN)
    answer = client.post(form.action, headers={"Accept": "application/json"},
                         data=form.filled(email=EMAIL, password="fout wachtwoord"))
    assert answer.status_code == 400
    assert "log_in_refused" in acts(session)


def test_signs_that_no_database_keeps_are_a_wrong_name(client: FlaskClient, now: None) -> None:
    form = form_of(client.get(LOGIN), action=LOGIN)
    assert post(client, form, email="a\0b@redactie.example", password=PASSWORD).status_code == 400


def test_a_wrong_present_password_is_in_the_audit_trail(editor: Worker, session: Session) -> None:
    answer = editor.post("/redactie/mijn-account", present="fout", password="een ander wachtwoord")
    assert answer.status_code == 400
    assert "change_password_refused" in acts(session)
