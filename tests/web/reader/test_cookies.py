"""The one cookie of the readers' own pages: who sets it, how, and what a post without it gets."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.subscribers.models import Cadence, Subscription, SubscriptionStatus
from newsletter.tokens import Purpose
from newsletter.web.blueprints import MAILED
from tests.material import NOW, choices, confirm_token, reader, sign_up
from tests.web import visitor
from tests.web.reader.life import choices_of, data_of, everything

pytestmark = pytest.mark.usefixtures("now")
# Where choices and personal data are changed: the pages that may set the cookie.
KEPT = ("/voorkeuren/", "/mijn-gegevens/")


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader."""
    subscription = reader("data", "leiderschap")
    session.commit()
    return subscription


def test_the_cookie_is_secure_behind_https_and_goes_with_the_browser(
    client: FlaskClient, anne: Subscription
) -> None:
    for page in (choices_of(anne), data_of(anne)):
        fresh = client.application.test_client()
        (cookie,) = fresh.get(page, base_url="https://localhost").headers.getlist("Set-Cookie")
        assert re.fullmatch(
            r"__Host-keuzes=[\w-]{32}; Secure; HttpOnly; Path=/; SameSite=Lax", cookie
        )


def test_over_http_on_loopback_the_cookie_has_a_name_that_a_browser_takes(
    client: FlaskClient, anne: Subscription
) -> None:
    (cookie,) = client.get(choices_of(anne)).headers.getlist("Set-Cookie")
    assert re.fullmatch(r"keuzes=[\w-]{32}; HttpOnly; Path=/; SameSite=Lax", cookie)
    assert "Set-Cookie" not in client.get(choices_of(anne)).headers


def test_no_other_page_of_the_site_sets_a_cookie(
    client: FlaskClient, app: Flask, anne: Subscription
) -> None:
    pending = sign_up("piet@gemeente.example", choices("data"))
    tokens = {
        "bevestigen": confirm_token(pending),
        "afmelden": signer().make(Purpose.LEAVE_DIGESTS, anne.subscriber_id),
    }
    names = {"key": "14-2", "slug": "data", "partner": "vdp", "name": "geen.jpg"}
    seen = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in ("reader", "magazine", "files", "ops"):
            continue
        if rule.rule.startswith(KEPT):
            continue
        values = {**names, "token": tokens.get(rule.rule.split("/")[1], "nee")}
        address = re.sub(r"<(\w+)>", lambda found, of=values: of[found[1]], rule.rule)
        for method in {"GET", "POST"} & set(rule.methods or ()):
            answer = app.test_client().open(address, method=method)
            assert "Set-Cookie" not in answer.headers, (method, address)
            seen += 1
    assert seen > 25


def test_the_value_of_the_cookie_stands_nowhere_on_the_page(
    client: FlaskClient, anne: Subscription
) -> None:
    answer = client.get(choices_of(anne))
    value = answer.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    assert value not in answer.get_data(as_text=True)
    form = visitor.form_of(answer, action=choices_of(anne))
    assert value.encode().hex() not in form.fields["csrf_token"][0]


@pytest.mark.parametrize(
    ("where", "filled"),
    [
        ("", {"themes": ["data"], "cadence": "monthly"}),
        ("/pauze", {"until": "1-2-2027"}),
        ("/mijn-gegevens", {}),
        ("/stoppen", {"what": "all"}),
    ],
)
def test_a_choice_sent_without_the_cookie_changes_nothing_and_says_what_to_do(
    client: FlaskClient,
    session: Session,
    anne: Subscription,
    where: str,
    filled: dict[str, str | list[str]],
) -> None:
    page = choices_of(anne)
    form = visitor.form_of(client.get(page), action=f"{page}{where}")
    before = everything(session)
    bare = client.application.test_client(use_cookies=False)
    for value in (None, "x" * 32, "short", "é", "x" * 9000):
        sent = {"Cookie": f"keuzes={value}"} if value else {}
        answer = bare.post(form.action, data=form.filled(**filled), headers=sent)
        assert answer.status_code == 400, value
        assert visitor.page(answer).css_first("[role=alert]"), value
        assert everything(session) == before, value
    answer = bare.post(form.action, data=form.filled(**filled))
    words = visitor.page(answer).css_first("[role=alert]").text()
    assert "sta dan cookies toe" in words
    assert visitor.page(answer).css_first("title").text().startswith("Fout: ")


@pytest.mark.parametrize("where", ["", "/adres", "/wissen"])
def test_personal_data_sent_without_the_cookie_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription, where: str
) -> None:
    page = data_of(anne)
    shown = client.get(f"{page}{'' if where == '/adres' else where}")
    form = visitor.form_of(shown, action=f"{page}{where}")
    before = everything(session)
    bare = client.application.test_client(use_cookies=False)
    answer = bare.post(
        form.action, data=form.filled(name="Eva", address="eva@thuis.example")
    )
    assert answer.status_code == 400
    assert "sta dan cookies toe" in visitor.page(answer).css_first("[role=alert]").text()
    assert everything(session) == before


def test_what_was_chosen_stays_in_the_form_and_the_second_press_works(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    other = client.application.test_client()
    form = visitor.form_of(client.get(choices_of(anne)), action=choices_of(anne))
    refused = other.post(form.action, data=form.filled(themes=["data"], cadence="monthly"))
    assert refused.status_code == 400
    again = visitor.form_of(refused, action=choices_of(anne))
    assert (again.fields["themes"], again.fields["cadence"]) == (["data"], ["monthly"])
    assert visitor.post(other, again).status_code == 303
    session.refresh(anne)
    assert anne.cadence is Cadence.MONTHLY


def test_one_click_and_the_leave_page_need_no_cookie(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    bare = client.application.test_client(use_cookies=False)
    token = signer().make(Purpose.LEAVE_DIGESTS, anne.subscriber_id)
    done = bare.post(f"/afmelden/{token}", data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    form = visitor.form_of(bare.get(f"/afmelden/{token}"), action="/afmelden/")
    assert visitor.post(bare, form, what="all").status_code == 200
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED


@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_has_no_cookies_is_led_from_her_choices_to_where_she_can_stop(
    client: FlaskClient, session: Session, anne: Subscription, language: str
) -> None:
    bare = client.application.test_client(use_cookies=False)
    page = bare.get(choices_of(anne), query_string={"taal": language})
    assert not [link for link in visitor.links(page) if "/afmelden/" in link]
    refused = visitor.post(bare, visitor.form_of(page, action=f"{choices_of(anne)}/stoppen"),
                           what="all")
    assert refused.status_code == 400
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ACTIVE
    (way_out,) = [link for link in visitor.links(refused) if "/afmelden/" in link]
    form = visitor.form_of(bare.get(way_out), action="/afmelden/")
    assert visitor.post(bare, form, what="all").status_code == 200
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED


def test_every_page_behind_a_mailed_link_is_private(client: FlaskClient) -> None:
    assert NOW
    for page in MAILED:
        address = page.address.replace("<token>", "nee").replace("<delivery>", "1")
        for method, view in (("GET", page.get), ("POST", page.post)):
            if view is None:
                continue
            answer = client.open(address, method=method)
            assert answer.headers["Cache-Control"] == "no-store", address
            assert "noindex" in answer.headers["X-Robots-Tag"], address
            assert answer.status_code in (400, 404), (address, answer.status_code)
