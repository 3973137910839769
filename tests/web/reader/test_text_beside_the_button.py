"""The consent text stands beside each button that gives consent, and is what the ledger names."""

import json
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import signer
from newsletter.subscribers.models import (
    Consent,
    ConsentAct,
    ConsentWording,
    Language,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.signup import request_signup
from tests.material import NOW, choices, reader, sign_up, text_shown, waiting
from tests.web import visitor
from tests.web.reader.leaver import ONE_CLICK, leave_all, link, manage, offered, press_back
from tests.web.reader.life import data_of

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of editions and of two themes every week."""
    return reader("data", "leiderschap")


def given(session: Session, subscription: Subscription) -> list[int | None]:
    """The text of each consent that she gave, oldest first."""
    return list(session.scalars(
        select(Consent.wording_id)
        .where(Consent.subscriber_id == subscription.subscriber_id,
               Consent.act == ConsentAct.GIVEN)
        .order_by(Consent.id)))


def text_of(session: Session, wording_id: int | None) -> str:
    return session.get_one(ConsentWording, wording_id).text


def in_its_form(answer: TestResponse, words: str) -> dict[str, str | None]:
    """The attributes of the element of the form that undoes which holds these words alone."""
    (form,) = [each for each in visitor.page(answer).css("form")
               if str(each.attributes["action"]).endswith("/terug")]
    (found,) = [each for each in form.css("span") if each.text() == words]
    assert form.html.index(words.split(".")[0]) < form.html.index("<button")
    return dict(found.attributes)


def newer_text(session: Session, language: Language = Language.NL) -> None:
    session.add(ConsentWording(version=99, language=language, text="Ja, anders.",
                               sha256="0" * 64, since=NOW))
    session.flush()


@pytest.mark.parametrize("door", ["left", "unsubscribe link", "one kind left", "choices"])
def test_who_comes_back_reads_the_text_before_each_button_and_the_ledger_names_it(
    client: FlaskClient, session: Session, anne: Subscription, door: str
) -> None:
    if door == "one kind left":
        client.post(link(anne), data=ONE_CLICK)
        page = client.get(link(anne))
    else:
        page = leave_all(client, anne)
    if door == "unsubscribe link":
        page = client.get(link(anne))
    if door == "choices":
        page = client.get(manage(anne))
    assert offered(page)
    assert "lang" not in in_its_form(page, text_of(session, text_shown()))
    assert press_back(client, page).status_code == 200
    assert given(session, anne)[1:] == [text_shown()]


def test_a_text_that_changes_while_the_page_is_open_is_not_the_one_that_she_agreed_to(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    left, shown = leave_all(client, anne), text_shown()
    newer_text(session)
    assert press_back(client, left).status_code == 200
    assert given(session, anne)[-1] == shown != text_shown()


def test_the_text_is_in_the_language_that_comes_back_whatever_was_asked_meanwhile(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    english = replace(choices("smart-city"), language=Language.EN)
    leave_all(client, anne)
    request_signup(address=str(anne.subscriber.address), choices=english, source_page="/",
                   wording_id=text_shown(Language.EN), signer=signer(), now=NOW)
    session.commit()
    page = client.get(link(anne))
    assert in_its_form(page, text_of(session, text_shown()))["lang"] == "nl"
    press_back(client, page)
    assert given(session, anne)[-1] == text_shown()


@pytest.mark.parametrize("wording", ["", "1", "x" * 500, "\x00"])
def test_without_the_text_that_was_shown_nobody_comes_back(
    client: FlaskClient, session: Session, anne: Subscription, wording: str
) -> None:
    left = leave_all(client, anne)
    refused = press_back(client, left, wording=wording)
    assert refused.status_code == 400
    assert "Druk nog een keer op de knop." in refused.get_data(as_text=True)
    session.refresh(anne)
    assert (anne.status, len(given(session, anne))) == (SubscriptionStatus.ENDED, 1)
    assert press_back(client, refused).status_code == 200
    assert given(session, anne)[-1] == text_shown()


def test_without_the_text_that_was_shown_nothing_is_asked(
    client: FlaskClient, session: Session
) -> None:
    for page in ("/aanmelden", "/", "/p/vdp"):
        form = visitor.form_of(client.get(page), action="/p/" if page == "/p/vdp" else "/aanmelden")
        refused = visitor.post(client, form, address="noor@gemeente.example", wording="1")
        assert refused.status_code == 400
        assert "Druk nog een keer op de knop." in refused.get_data(as_text=True)
        assert waiting() == []
        again = visitor.form_of(refused, action=form.action)
        assert again.fields["address"] == ["noor@gemeente.example"]
        assert visitor.post(client, again).status_code == 303
        (kept,) = waiting()
        assert (kept.wording_id, kept.source_page) == (text_shown(), page)
        session.delete(kept)
        session.commit()


def test_a_form_that_stood_open_too_long_says_so_once(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    left = leave_all(client, anne)
    refused = press_back(client, left, wording="", csrf_token="")
    assert refused.get_data(as_text=True).count("Druk nog een keer op de knop.") == 1


def test_the_link_page_shows_no_text_and_its_row_keeps_nothing_but_the_address(
    client: FlaskClient, session: Session
) -> None:
    sign_up("noor@gemeente.example", choices("data"))
    session.commit()
    page = client.get("/mijn-link?taal=en")
    assert text_of(session, text_shown(Language.EN)) not in page.get_data(as_text=True)
    form = visitor.form_of(page, action="/mijn-link")
    assert "wording" not in form.fields
    visitor.post(client, form, address="noor@gemeente.example")
    (kept,) = waiting()
    assert (kept.wish, kept.wording_id) == ({}, None)


@pytest.mark.parametrize(("language", "none", "in_force"), [
    ("nl", "Geen tekst getoond bij deze handeling.", "De tekst die toen gold"),
    ("en", "No text was shown with this act.", "The text that was in force then"),
])
def test_her_own_page_says_which_acts_had_no_text(
    client: FlaskClient, session: Session, anne: Subscription, language: str, none: str,
    in_force: str,
) -> None:
    old = Proof("preference_page", "/voorkeuren", wording_id=text_shown())
    record_consent(anne, ConsentAct.CHANGED, proof=old, now=NOW)
    record_consent(anne, ConsentAct.CHANGED, proof=Proof("preference_page", "/voorkeuren"), now=NOW)
    session.commit()
    story = visitor.page(client.get(f"{data_of(anne)}?taal={language}")).css("ol.story li")
    newest, before, *first = [each.text() for each in story]
    assert none in newest
    assert none not in "".join([before, *first])
    assert in_force in before
    assert in_force not in "".join([newest, *first])
    assert all(text_of(session, text_shown()) in each for each in (before, *first))


def test_her_own_page_tells_a_return_without_a_text_from_one_beside_it(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    old = Proof("undo_post", "/afmelden", wording_id=text_shown())
    record_consent(anne, ConsentAct.GIVEN, proof=old, now=NOW)
    session.commit()
    press_back(client, leave_all(client, anne))
    session.refresh(anne)
    story = visitor.page(client.get(data_of(anne))).css("ol.story li")
    back = [each.text() for each in story if "waarmee je terugkwam" in each.text()]
    assert ["De tekst die er stond" in each for each in back] == [True, False]
    assert ["De tekst die toen gold" in each for each in back] == [False, True]


def test_the_text_of_another_form_is_not_taken_for_the_one_beside_the_button(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    other = reader("smart-city")
    elsewhere = [
        visitor.form_of(client.get("/aanmelden"), action="/aanmelden"),
        visitor.form_of(client.get("/"), action="/aanmelden"),
        visitor.form_of(leave_all(client, other), action="/afmelden/"),
    ]
    left = leave_all(client, anne)
    for form in elsewhere:
        (wording,) = form.fields["wording"]
        refused = press_back(client, left, wording=wording)
        assert refused.status_code == 400
        assert "Druk nog een keer op de knop." in refused.get_data(as_text=True)
    assert len(given(session, anne)) == 1
    assert press_back(client, left).status_code == 200


def test_the_file_of_her_data_leaves_the_text_out_where_none_was_shown(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    record_consent(anne, ConsentAct.CHANGED, proof=Proof("preference_page", "/voorkeuren"), now=NOW)
    session.commit()
    rows = json.loads(client.get(f"{data_of(anne)}/gegevens.json").get_data())["consents"]
    assert [row["wording"] is None for row in rows] == [False, False, True]
    assert client.get(f"{data_of(anne)}/gegevens.zip").status_code == 200
