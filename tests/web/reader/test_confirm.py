"""The page behind the confirmation link, and its button."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.deliveries.models import MailKind
from newsletter.subscribers.models import (
    Consent,
    ConsentAct,
    ConsentWording,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.wordings import current_wording
from tests.material import NOW, choices, confirm_token, deliveries, sign_up
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def asked(session: Session) -> Subscription:
    """Someone who has yet to confirm."""
    return sign_up("anne@gemeente.example", choices("data", "leiderschap"))


def test_opening_the_link_shows_the_choices_and_a_masked_address_and_changes_nothing(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    before = session.scalar(select(func.count()).select_from(Consent))
    address = f"/bevestigen/{confirm_token(asked)}"
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(address, method=method).status_code == 200
    shown = client.get(address).get_data(as_text=True)
    assert "anne@gemeente.example" not in shown
    assert "a…@gemeente.example" in shown
    assert "Leiderschap" in shown
    session.refresh(asked)
    assert asked.status is SubscriptionStatus.PENDING
    assert session.scalar(select(func.count()).select_from(Consent)) == before


def test_the_button_makes_a_reader_and_sends_a_welcome_and_twice_is_as_good_as_once(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    address = f"/bevestigen/{confirm_token(asked)}"
    form = visitor.form_of(client.get(address), action=address)
    for _ in range(2):
        answer = visitor.post(client, form)
        assert answer.status_code == 200
        assert visitor.heading(answer) == "Je bent abonnee"
    session.refresh(asked)
    assert asked.status is SubscriptionStatus.ACTIVE
    assert len(deliveries(MailKind.WELCOME)) == 1
    given = select(func.count()).where(Consent.act == ConsentAct.GIVEN)
    assert session.scalar(given.where(Consent.subscriber_id == asked.subscriber_id)) == 1
    assert visitor.heading(client.get(address)) == "Je bent al abonnee"


def test_the_page_after_the_button_leads_to_the_choices(
    client: FlaskClient, asked: Subscription
) -> None:
    address = f"/bevestigen/{confirm_token(asked)}"
    answer = visitor.post(client, visitor.form_of(client.get(address), action=address))
    manage = next(link for link in visitor.links(answer) if link.startswith("/voorkeuren/"))
    assert visitor.heading(client.get(manage)) == "Jouw abonnement"


def test_a_post_without_our_form_token_confirms_nothing(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    answer = client.post(f"/bevestigen/{confirm_token(asked)}")
    assert answer.status_code == 400
    session.refresh(asked)
    assert asked.status is SubscriptionStatus.PENDING


def test_an_old_a_newer_and_an_altered_link_each_get_a_friendly_page_that_offers_a_new_mail(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    first = confirm_token(asked)
    old = confirm_token(asked, issued_at=NOW - timedelta(days=8))
    asked.confirm_nonce += 1
    session.flush()
    altered = first[:-1] + ("A" if first[-1] != "A" else "B")
    for token, status in ((first, 410), (old, 410), (altered, 404), ("x", 404), ("é" * 9, 404)):
        for answer in (
            client.get(f"/bevestigen/{token}"), client.post(f"/bevestigen/{token}")
        ):
            assert answer.status_code in (status, 400)
        answer = client.get(f"/bevestigen/{token}")
        assert answer.status_code == status
        assert "/aanmelden" in visitor.links(answer)
        assert "Traceback" not in answer.get_data(as_text=True)


def test_a_pending_english_reader_sees_english_and_may_switch(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    asked.language = asked.language.__class__.EN
    session.flush()
    address = f"/bevestigen/{confirm_token(asked)}"
    answer = client.get(address)
    assert visitor.heading(answer) == "One more click"
    dutch = visitor.page(answer).css_first("a[hreflang=nl]").attributes["href"]
    assert visitor.heading(client.get(str(dutch))) == "Nog één klik"


def test_the_page_shows_the_wording_that_the_ledger_keeps_with_the_consent(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    address = f"/bevestigen/{confirm_token(asked)}"
    for language in ("nl", "en"):
        answer = client.get(address, query_string={"taal": language})
        kept = _given_wording(session, client, address, asked)
        found = next(
            node for node in visitor.page(answer).css("p.text span") if kept.text in node.text()
        )
        assert found.attributes.get("lang", language) == kept.language


def _given_wording(
    session: Session, client: FlaskClient, address: str, asked: Subscription
) -> ConsentWording:
    visitor.post(client, visitor.form_of(client.get(address), action=address))
    asked.status = SubscriptionStatus.PENDING  # so that the page can be seen again
    session.flush()
    return session.scalars(
        select(ConsentWording)
        .join(Consent, Consent.wording_id == ConsentWording.id)
        .where(Consent.act == ConsentAct.GIVEN)
        .order_by(Consent.id.desc())
        .limit(1)
    ).one()


def test_a_link_from_before_she_left_does_not_speak_of_a_newer_mail_alone(
    client: FlaskClient, asked: Subscription
) -> None:
    address = f"/bevestigen/{confirm_token(asked)}"
    manage = next(
        link
        for link in visitor.links(
            visitor.post(client, visitor.form_of(client.get(address), action=address))
        )
        if link.startswith("/voorkeuren/")
    )
    stop = visitor.form_of(client.get(manage), action=f"{manage}/stoppen")
    visitor.post(client, stop, what="all")
    answer = client.get(address)
    assert answer.status_code == 410
    assert "je hebt je intussen afgemeld" in answer.get_data(as_text=True)


def test_a_page_that_stood_open_keeps_the_wording_that_it_showed(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    address = f"/bevestigen/{confirm_token(asked)}"
    form = visitor.form_of(client.get(address), action=address)
    shown = current_wording(asked.language)
    session.add(ConsentWording(version=shown.version + 1, language=shown.language,
                               text="Ja, anders.", sha256="0" * 64, since=NOW))
    session.flush()
    visitor.post(client, form)
    given = select(Consent.wording_id).where(Consent.act == ConsentAct.GIVEN)
    kept = session.scalar(given.where(Consent.subscriber_id == asked.subscriber_id))
    assert kept == shown.id


def test_a_wording_that_we_did_not_sign_is_not_taken(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    address = f"/bevestigen/{confirm_token(asked)}"
    form = visitor.form_of(client.get(address), action=address)
    dutch = visitor.form_of(client.get("/aanmelden?taal=nl"), action="/aanmelden")
    for wording in ("1", *dutch.fields["wording"]):
        refused = visitor.post(client, form, wording=wording)
    given = select(Consent.wording_id).where(
        Consent.act == ConsentAct.GIVEN, Consent.subscriber_id == asked.subscriber_id)
    assert (refused.status_code, session.scalars(given).all()) == (400, [])
    visitor.post(client, visitor.form_of(refused, action=address))
    assert session.scalars(given).all() == [current_wording(asked.language).id]


def test_a_link_that_is_opened_on_one_device_may_be_pressed_on_another(
    app: Flask, client: FlaskClient, session: Session, asked: Subscription
) -> None:
    address = f"/bevestigen/{confirm_token(asked)}"
    opened = client.get(address)
    assert "Set-Cookie" not in opened.headers
    other = app.test_client()
    answer = other.post(address, data=visitor.form_of(opened, action=address).filled())
    assert (answer.status_code, visitor.heading(answer)) == (200, "Je bent abonnee")
    assert "Set-Cookie" not in answer.headers


def test_the_link_to_the_choices_works_for_who_once_changed_her_address(
    client: FlaskClient, session: Session, asked: Subscription
) -> None:
    asked.link_nonce = 3
    session.flush()
    address = f"/bevestigen/{confirm_token(asked)}"
    answer = visitor.post(client, visitor.form_of(client.get(address), action=address))
    manage = next(link for link in visitor.links(answer) if link.startswith("/voorkeuren/"))
    assert visitor.heading(client.get(manage)) == "Jouw abonnement"
