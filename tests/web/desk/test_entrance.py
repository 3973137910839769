"""The desk's entrance: who comes in, how, and for how long."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.add import add_account
from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.models import RoleName
from newsletter.web.desk.table import PAGES, Page
from tests.material import NOW
from tests.second_factor import code, equip
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.visitor import form_of, links, post
from tests.web.visitor import page as page_of

LOGIN = "/redactie/inloggen"
PASSWORD = "een lang wachtwoord"
VALUES = {"key": "20-8", "article_id": "1", "year": "2026", "slot_id": "1", "slug": "data",
          "act": "stoppen", "change_id": "1", "session_id": "1", "account_id": "1",
          "revision": "0", "subscriber_id": "1", "mail_id": "1", "request_id": "1",
          "passkey_id": "1", "purpose": "confirm",
          "import_id": "1", "proposal_id": "1", "period_id": "1", "feed_id": "1", "item_id": "1",
          "way": "uit",
          "token": "none", "table": "groei"}


def address_of(page: Page) -> str:
    address = page.address.replace("<int:", "<")
    for name, value in VALUES.items():
        address = address.replace(f"<{name}>", value)
    return f"/redactie{address}"


def add_editor(now_at: str = "noor@redactie.example") -> None:
    equip(add_account(email=now_at, name="Noor", password=PASSWORD, roles=[RoleName.EDITOR],
                      now=NOW))


def log_in(
    client: FlaskClient, *, email: str, password: str, path: str = LOGIN
) -> TestResponse:
    """Give the password, and when it is taken the code of this half minute."""
    form = form_of(client.get(path), action=LOGIN)
    answer = post(client, form, email=email, password=password)
    if answer.status_code != 302:
        return answer
    asked = client.get(answer.location)
    return post(client, form_of(asked, action=f"{LOGIN}/code"), code=code())


@pytest.mark.parametrize("page", [page for page in PAGES if page.get], ids=lambda page: page.name)
def test_a_stranger_is_led_to_the_login_and_back(client: FlaskClient, page: Page) -> None:
    answer = client.get(address_of(page))
    assert answer.status_code == 303
    assert answer.location.startswith(f"{LOGIN}?next=")


@pytest.mark.parametrize("page", [page for page in PAGES if page.post], ids=lambda page: page.name)
def test_a_stranger_can_post_nothing(client: FlaskClient, page: Page) -> None:
    assert client.post(address_of(page), data={"title": "x"}).status_code == 401


@pytest.mark.parametrize("page", [page for page in PAGES if page.post], ids=lambda page: page.name)
def test_a_post_without_the_desks_own_token_is_refused(
    make_worker: MakeWorker, page: Page
) -> None:
    worker = make_worker(RoleName.ADMIN)
    assert worker.client.post(address_of(page)).status_code == 400


def test_a_login_leads_to_the_page_that_was_asked(client: FlaskClient, now: None) -> None:
    add_editor()
    asked = client.get("/redactie/edities")
    answer = log_in(client, email="Noor@Redactie.example", password=PASSWORD, path=asked.location)
    assert answer.status_code in (302, 303)
    assert answer.location.endswith("/redactie/edities")
    assert client.get("/redactie/edities").status_code == 200


def test_a_login_is_in_the_audit_trail(
    client: FlaskClient, session: Session, now: None
) -> None:
    add_editor()
    log_in(client, email="noor@redactie.example", password=PASSWORD)
    assert "log_in" in session.scalars(select(AuditEntry.act)).all()


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: FlaskClient, now: None
) -> None:
    add_editor()
    answers = [
        log_in(client, email=email, password="een ander wachtwoord")
        for email in ("noor@redactie.example", "nemo@redactie.example")
    ]
    texts = [
        answer.get_data(as_text=True).replace("noor@", "").replace("nemo@", "")
        for answer in answers
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert "Adres of wachtwoord klopt niet." in texts[0]
    assert [text for text in texts[0].splitlines() if "csrf_token" not in text] == [
        text for text in texts[1].splitlines() if "csrf_token" not in text
    ]


def test_a_login_does_not_lead_to_another_site(client: FlaskClient, now: None) -> None:
    add_editor()
    answer = log_in(client, email="noor@redactie.example", password=PASSWORD,
                    path=f"{LOGIN}?next=https://elders.example/")
    assert "elders.example" not in (answer.location or "")


def test_a_login_is_never_remembered_beyond_the_session(client: FlaskClient, now: None) -> None:
    add_editor()
    form = form_of(client.get(LOGIN), action=LOGIN)
    post(client, form, email="noor@redactie.example", password=PASSWORD, remember="y")
    assert client.get_cookie("remember_token") is None


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: FlaskClient,
) -> None:
    cookie = client.get(LOGIN).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_an_editor_who_walks_away_is_logged_out_after_half_an_hour(editor: Worker) -> None:
    with time_machine.travel(NOW + timedelta(minutes=29), tick=False):
        assert editor.get("/redactie/").status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=60), tick=False):
        assert editor.get("/redactie/").status_code == 303


def test_a_session_ends_after_twelve_hours_however_busy(editor: Worker) -> None:
    for step in range(1, 12 * 3):
        with time_machine.travel(NOW + timedelta(minutes=20 * step), tick=False):
            assert editor.get("/redactie/jaarplan/2030").status_code == 200
    with time_machine.travel(NOW + timedelta(hours=12, minutes=1), tick=False):
        assert editor.get("/redactie/").status_code == 303


TYPED = {
    "title": "Kort",
    "editorial_md": "Een lang redactioneel dat niemand twee keer wil schrijven. " * 3,
}


def typed_again(answer: TestResponse) -> dict[str, str]:
    """What a page shows of what was typed, by the words at it."""
    shown = page_of(answer)
    words = {str(label.attributes["for"]): label.text() for label in shown.css("label")}
    return {
        words[str(field.attributes["id"])]: field.attributes.get("value") or field.text().strip()
        for field in shown.css("input[readonly], textarea[readonly]")
    }


def test_what_was_typed_is_shown_when_the_session_ended_under_it(client: FlaskClient) -> None:
    answer = client.post("/redactie/edities/20-8", data={**TYPED, "csrf_token": "x" * 100})
    assert answer.status_code == 401
    assert typed_again(answer) == {"Titel": "Kort", "Redactioneel": TYPED["editorial_md"].strip()}
    assert "next=/redactie/edities/20-8" in answer.get_data(as_text=True)


def test_what_was_typed_is_shown_when_the_form_is_of_an_earlier_session(editor: Worker) -> None:
    answer = editor.client.post(
        "/redactie/edities/20-8/verzendmoment", data={"day": "1-2-2027", "csrf_token": "old"}
    )
    assert answer.status_code == 400
    assert typed_again(answer) == {"Dag": "1-2-2027"}
    assert "/redactie/edities/20-8" in links(answer)


@pytest.mark.parametrize("page", [page for page in PAGES if page.get], ids=lambda page: page.name)
def test_no_page_of_the_desk_gives_an_id_twice(make_worker: MakeWorker, page: Page) -> None:
    shown = page_of(make_worker(RoleName.ADMIN).get(address_of(page)))
    ids = [str(each.attributes["id"]) for each in shown.css("[id]")]
    assert sorted(set(ids)) == sorted(ids)
    assert "None" not in ids


def test_no_cache_keeps_the_login(client: FlaskClient) -> None:
    assert client.get(LOGIN).headers["Cache-Control"] == "no-store"


def test_logging_out_ends_the_session(editor: Worker) -> None:
    assert editor.post("/redactie/uitloggen").status_code == 303
    assert editor.get("/redactie/").status_code == 303


def test_a_copy_of_the_cookie_opens_nothing_after_logging_out(
    editor: Worker, app: Flask
) -> None:
    editor.get("/redactie/")
    cookie = editor.client.get_cookie("desk")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("desk", cookie.value)
    assert thief.get("/redactie/").status_code == 200
    editor.post("/redactie/uitloggen")
    assert thief.get("/redactie/").status_code == 303


def test_an_endless_password_is_a_wrong_password(client: FlaskClient, now: None) -> None:
    add_editor()
    for password in ("x" * 5000, "\ufdfa" * 300):  # the second grows when it is normalised
        answer = log_in(client, email="noor@redactie.example", password=password)
        assert answer.status_code == 400
        assert "Adres of wachtwoord klopt niet." in answer.get_data(as_text=True)


def test_an_account_that_is_shut_comes_in_no_more(editor: Worker, session: Session) -> None:
    editor.account.active = False
    session.flush()
    assert editor.get("/redactie/").status_code == 303


def test_pages_of_the_desk_are_kept_nowhere(editor: Worker) -> None:
    assert editor.get("/redactie/").headers["Cache-Control"] == "no-store"


def test_guessing_one_address_is_slowed_down(client: FlaskClient, now: None) -> None:
    form = form_of(client.get(LOGIN), action=LOGIN)
    codes = [
        post(client, form, email="gok@redactie.example", password=f"gok {n}").status_code
        for n in range(12)
    ]
    assert codes == [400] * 10 + [429] * 2


def test_no_page_for_readers_sets_a_cookie(client: FlaskClient) -> None:
    for path in ("/", "/aanmelden", "/edities/", "/artikelen/sprongetje"):
        assert "Set-Cookie" not in client.get(path).headers
