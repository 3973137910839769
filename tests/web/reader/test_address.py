"""Another address: the page for the new side, and the one on which the old side takes it back."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.subscribers.change_address import ask_change
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import AddressChange, Consent, Subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests.material import NOW, choices, confirm_token, deliveries, reader, sign_up
from tests.web import visitor
from tests.web.ear import heard
from tests.web.reader.life import data_of

pytestmark = pytest.mark.usefixtures("now")
NEW = "nieuw@provincie.example"


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader who wants her mail elsewhere."""
    return reader("data")


@pytest.fixture
def wish(session: Session, anne: Subscription) -> AddressChange:
    """What she asked, kept: a refused deed undoes only itself."""
    made = ask_change(anne, NEW, signer=signer(), now=NOW)
    session.commit()
    return made


def new_side(change: AddressChange) -> str:
    """The link in the mail to the new address."""
    made = signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=change.asked_at)
    return f"/adres/{made}"


def old_side(change: AddressChange) -> str:
    """The link in the mail to the old address."""
    return f"/adres/terug/{signer().make(Purpose.UNDO_ADDRESS, change.id)}"


def press(client: FlaskClient, address: str) -> TestResponse:
    """Open the page and press its one button."""
    return visitor.post(client, visitor.form_of(client.get(address), action=address))


def address_of(session: Session, subscription: Subscription) -> str | None:
    """Where mail goes now."""
    session.refresh(subscription.subscriber)
    return subscription.subscriber.address


def test_opening_the_link_shows_both_addresses_masked_and_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    before = address_of(session, anne)
    entries = session.scalar(select(func.count()).select_from(Consent))
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(new_side(wish), method=method).status_code == 200
    answer = client.get(new_side(wish))
    shown = answer.get_data(as_text=True)
    assert "r…@gemeente.example" in shown
    assert "n…@provincie.example" in shown
    assert NEW not in shown
    assert str(before) not in shown
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert address_of(session, anne) == before
    assert session.scalar(select(func.count()).select_from(Consent)) == entries
    # Nor can anything be taken back before it was done.
    assert client.get(old_side(wish)).status_code == 404


def test_the_button_moves_her_and_tells_the_old_side_and_twice_is_harmless(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    form = visitor.form_of(client.get(new_side(wish)), action="/adres/")
    for _ in range(2):
        answer = visitor.post(client, form)
        assert (answer.status_code, visitor.heading(answer)) == (200, "Je adres is veranderd")
        assert "r…@gemeente.example" in answer.get_data(as_text=True)
        assert "zeven dagen" in answer.get_data(as_text=True)
    assert address_of(session, anne) == NEW
    assert len(deliveries(MailKind.ADDRESS_CHANGED)) == 1
    (manage,) = [each for each in visitor.links(answer) if each.startswith("/voorkeuren/")]
    assert visitor.heading(client.get(manage)) == "Jouw abonnement"
    assert visitor.heading(client.get(new_side(wish))) == "Je nieuwe adres staat al"


def test_the_old_side_takes_it_back_and_links_of_the_other_side_die(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    before = address_of(session, anne)
    (theirs,) = [
        each for each in visitor.links(press(client, new_side(wish)))
        if each.startswith("/voorkeuren/")
    ]
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(old_side(wish), method=method).status_code == 200
    assert address_of(session, anne) == NEW
    form = visitor.form_of(client.get(old_side(wish)), action="/adres/terug/")
    for _ in range(2):
        answer = visitor.post(client, form)
        assert (answer.status_code, visitor.heading(answer)) == (200, "Je oude adres staat terug")
    assert address_of(session, anne) == before
    (hers,) = [each for each in visitor.links(answer) if each.startswith("/voorkeuren/")]
    assert (client.get(hers).status_code, client.get(theirs).status_code) == (200, 410)
    assert visitor.heading(client.get(old_side(wish))) == "Je oude adres staat al terug"
    too_late = client.get(new_side(wish))
    assert (too_late.status_code, visitor.heading(too_late)) == (410, "Deze link werkt niet meer")


def test_the_old_undo_leads_to_no_choices_once_she_moved_again(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    press(client, new_side(wish))
    form = visitor.form_of(client.get(old_side(wish)), action="/adres/terug/")
    visitor.post(client, form)
    session.refresh(anne)
    again = ask_change(anne, NEW, signer=signer(), now=NOW + timedelta(hours=2))
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        press(client, new_side(again))
        answer = visitor.post(client, form)
    assert answer.status_code == 200
    assert [each for each in visitor.links(answer) if each.startswith("/voorkeuren/")] == []
    assert address_of(session, anne) == NEW


def test_each_link_works_for_seven_days(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        assert client.get(new_side(wish)).status_code == 200
    with time_machine.travel(NOW + timedelta(days=7, minutes=1), tick=False):
        answer = client.get(new_side(wish))
        assert (answer.status_code, visitor.heading(answer)) == (410, "Deze link werkt niet meer")
        assert "zeven dagen" in answer.get_data(as_text=True)
        assert client.post(new_side(wish)).status_code == 410
    press(client, new_side(wish))
    with time_machine.travel(NOW + timedelta(days=7, minutes=1), tick=False):
        answer = client.get(old_side(wish))
        assert answer.status_code == 410
        assert "zijn voorbij" in answer.get_data(as_text=True)
        assert client.post(old_side(wish)).status_code == 410
    assert address_of(session, anne) == NEW


def test_a_newer_wish_or_leaving_ends_the_link_with_friendly_words(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    form = visitor.form_of(client.get(new_side(wish)), action="/adres/")
    newer = ask_change(anne, "ander@rijk.example", signer=signer(), now=NOW)
    session.commit()
    answer = visitor.post(client, form)
    assert (answer.status_code, visitor.heading(answer)) == (410, "Deze link werkt niet meer")
    leave(anne, Leaving.ALL, proof=Proof("preference_page", "/voorkeuren"), now=NOW)
    assert client.get(new_side(newer)).status_code == 410
    assert str(address_of(session, anne)).startswith("reader")


def test_an_address_that_another_reader_has_is_refused_with_a_page(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    page = client.get(new_side(wish))
    other = sign_up(NEW, choices("data"))
    visitor.post(client, visitor.form_of(client.get(f"/bevestigen/{confirm_token(other)}"),
                                         action="/bevestigen/"))
    answer = visitor.post(client, visitor.form_of(page, action="/adres/"))
    assert (answer.status_code, visitor.heading(answer)) == (
        409, "Dit adres heeft al een abonnement",
    )
    assert str(address_of(session, anne)).startswith("reader")
    assert deliveries(MailKind.ADDRESS_CHANGED) == []


def test_a_post_without_our_form_or_with_the_token_of_another_door_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription, wish: AddressChange
) -> None:
    assert client.post(new_side(wish)).status_code == 400
    for address in (
        "/adres/nee", "/adres/terug/nee",
        old_side(wish).replace("/terug", ""), new_side(wish).replace("/adres", "/adres/terug"),
        f"/voorkeuren/{new_side(wish).rpartition('/')[2]}",
    ):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
    press(client, new_side(wish))
    assert client.post(old_side(wish)).status_code == 400
    assert address_of(session, anne) == NEW


def test_the_new_mailbox_is_locked_before_the_reader_or_a_worker_could_wait_in_a_circle(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    session.commit()
    page = data_of(anne)
    form = visitor.form_of(client.get(page), action=f"{page}/adres")
    with heard() as statements:
        assert visitor.post(client, form, address=NEW).status_code == 303
    locks = ["mailbox" if "advisory" in each else "row" for each in statements
             if "advisory" in each or "FOR NO KEY UPDATE" in each]
    assert locks[0] == "mailbox"
    assert "row" in locks
