"""Leaving: the page, its buttons, and one click by the mail program (RFC 8058)."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentAct,
    Subscription,
    SubscriptionStatus,
)
from newsletter.tokens import Purpose
from tests.material import reader
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of editions and digests."""
    return reader("data")


def address_of(subscription: Subscription, purpose: Purpose = Purpose.LEAVE_DIGESTS) -> str:
    """The address of the unsubscribe link that stood in a mail."""
    return f"/afmelden/{signer().make(purpose, subscription.subscriber_id)}"


def test_opening_the_link_names_address_and_kind_and_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    before = session.scalar(select(func.count()).select_from(Consent))
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(address_of(anne), method=method).status_code == 200
    shown = client.get(address_of(anne)).get_data(as_text=True)
    assert "r…@gemeente.example" in shown
    assert str(anne.subscriber.address) not in shown
    assert "De mail over je thema’s" in shown
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ACTIVE
    assert session.scalar(select(func.count()).select_from(Consent)) == before


@pytest.mark.parametrize("multipart", [False, True])
@pytest.mark.parametrize(
    ("purpose", "left"),
    [(Purpose.LEAVE_DIGESTS, (True, False)), (Purpose.LEAVE_EDITIONS, (False, True)),
     (Purpose.LEAVE_ALL, (False, False))],
)
def test_one_click_ends_the_kind_of_mail_it_stood_in_without_cookie_token_or_redirect(
    client: FlaskClient,
    session: Session,
    anne: Subscription,
    purpose: Purpose,
    left: tuple[bool, bool],
    *,
    multipart: bool,
) -> None:
    kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
    for _ in range(2):
        answer = client.post(
            address_of(anne, purpose), data=ONE_CLICK, content_type=kind,
            headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
        )
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    session.refresh(anne)
    assert (anne.receives_editions, anne.cadence is not Cadence.NONE) == left
    withdrawn = select(Consent.means).where(
        Consent.subscriber_id == anne.subscriber_id, Consent.act == ConsentAct.WITHDRAWN
    )
    assert session.scalars(withdrawn).all() == ["one_click_post"]


def test_after_one_click_the_page_says_what_is_left_and_offers_to_stop_that_too(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    client.post(address_of(anne), data=ONE_CLICK)
    answer = client.get(address_of(anne))
    assert "De mail over je thema’s krijg je al niet meer" in answer.get_data(as_text=True)
    assert "Stop alle mail" in answer.get_data(as_text=True)
    form = visitor.form_of(answer, action="/afmelden/")
    visitor.post(client, form, what="all")
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED
    assert visitor.heading(client.get(address_of(anne))) == "Je bent afgemeld"


def test_the_link_in_a_notice_stops_all_mail_with_its_one_button_and_needs_no_cookie(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    bare = client.application.test_client(use_cookies=False)
    address = address_of(anne, Purpose.LEAVE_ALL)
    answer = bare.get(address)
    words = visitor.page(answer).css_first("main").text()
    assert "krijgt dan meteen geen enkele mail meer van inGovernment" in words
    assert "Een mail van ons" in words
    buttons = visitor.page(answer).css("main button")
    assert [button.text(strip=True) for button in buttons] == ["Stop alle mail"]
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ACTIVE
    done = visitor.post(bare, visitor.form_of(answer, action="/afmelden/"), what="all")
    assert visitor.heading(done) == "Je bent afgemeld"
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED


def test_the_button_stops_this_kind_and_offers_the_rest(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    form = visitor.form_of(client.get(address_of(anne)), action="/afmelden/")
    answer = visitor.post(client, form, what="this")
    assert "Het magazine krijg je nog wel" in answer.get_data(as_text=True)
    session.refresh(anne)
    assert (anne.receives_editions, anne.cadence) == (True, Cadence.NONE)
    rest = visitor.form_of(answer, action="/afmelden/")
    assert "krijgt geen mail meer" in visitor.post(client, rest, what="all").get_data(as_text=True)


def test_a_post_of_another_kind_without_our_form_token_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    assert client.post(address_of(anne), data={"what": "all"}).status_code == 400
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ACTIVE


def test_an_unknown_link_is_refused_for_one_click_too(client: FlaskClient) -> None:
    assert client.post("/afmelden/nee", data=ONE_CLICK).status_code == 404


def test_who_stops_one_kind_is_led_to_her_choices_and_not_to_signing_up_again(
    client: FlaskClient, anne: Subscription
) -> None:
    form = visitor.form_of(client.get(address_of(anne)), action="/afmelden/")
    answer = visitor.post(client, form, what="this")
    main = visitor.page(answer).css_first("main")
    assert [a.attributes["href"] for a in main.css("a")] == ["/mijn-link"]
    everything = visitor.form_of(answer, action="/afmelden/")
    done = visitor.post(client, everything, what="all")
    assert visitor.page(done).css_first("main").css("a") == []
    assert visitor.form_of(done, action=f"{address_of(anne)}/terug")


def test_an_old_link_still_answers_when_the_address_was_erased(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    address = address_of(anne)
    client.post(address, data={**ONE_CLICK})
    client.post(address_of(anne, Purpose.LEAVE_EDITIONS), data={**ONE_CLICK})
    person = anne.subscriber
    person.address = person.identity = person.mailbox = None
    session.flush()
    answer = client.get(address)
    assert (answer.status_code, visitor.heading(answer)) == (200, "Je bent afgemeld")
    assert "al gewist" in answer.get_data(as_text=True)
    assert "…@" not in answer.get_data(as_text=True)
    assert client.post(address, data=ONE_CLICK).status_code == 200


def test_a_button_that_stood_open_too_long_says_so_in_the_title(
    client: FlaskClient, anne: Subscription
) -> None:
    answer = client.post(address_of(anne), data={"what": "all"})
    assert visitor.page(answer).css_first("title").text().startswith("Fout: ")
