"""A mailed link that works no more: the true reason, in the reader's own language."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import signer
from newsletter.subscribers.change_address import ask_change, confirm_change, undo_change
from newsletter.subscribers.erase import erase
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import AddressChange, Language, Subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests.material import NOW, choices, confirm_token, reader, sign_up
from tests.web import visitor
from tests.web.reader.life import choices_of, data_of

pytestmark = pytest.mark.usefixtures("now")
SOON = timedelta(minutes=2)


@pytest.fixture(params=Language, ids=str)
def anne(session: Session, request: pytest.FixtureRequest) -> Subscription:
    """A reader of either language."""
    subscription = reader("data")
    subscription.language = request.param
    session.commit()
    return subscription


def _language(answer: TestResponse) -> str | None:
    return visitor.page(answer).css_first("html").attributes["lang"]


def _erase(someone: Subscription) -> None:
    erase(someone, never_again=False, keep_salt_months=0, signer=signer(), now=NOW,
          proof=Proof("personal_page", "/mijn-gegevens"))


def _leave_long_ago(someone: Subscription) -> None:
    leave(someone, Leaving.ALL, now=NOW - timedelta(days=31),
          proof=Proof("one_click_post", "/afmelden"))
    assert forget_former(signer=signer(), now=NOW)


def _move(someone: Subscription) -> AddressChange:
    """She asks for another address, and the new side confirms it."""
    change = ask_change(someone, "nieuw@provincie.example", signer=signer(), now=NOW)
    confirm_change(_new_side(change).rpartition("/")[2], signer=signer(), now=NOW)
    return change


def _new_side(change: AddressChange) -> str:
    made = signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=change.asked_at)
    return f"/adres/{made}"


def _old_side(change: AddressChange) -> str:
    return f"/adres/terug/{signer().make(Purpose.UNDO_ADDRESS, change.id)}"


def _confirmation(someone: Subscription) -> str:
    return f"/bevestigen/{confirm_token(someone)}"


@pytest.mark.parametrize("end", [_erase, _leave_long_ago])
def test_a_good_link_of_an_erased_address_says_so_and_leads_to_the_sign_up(
    client: FlaskClient, session: Session, anne: Subscription, end: Callable[[Subscription], None]
) -> None:
    end(anne)
    session.commit()
    links = (choices_of(anne), f"{choices_of(anne)}/mijn-gegevens", data_of(anne),
             f"{data_of(anne)}/mails", data_of(anne, minutes_ago=45), _confirmation(anne))
    for link in links:
        answer = client.get(link)
        shown = visitor.page(answer).css_first("main")
        assert answer.status_code == 410, link
        assert _language(answer) == anne.language
        assert visitor.page(answer).css_first("title").text().startswith(visitor.heading(answer))
        words = {"nl": "We hebben je adres gewist.", "en": "We have erased your address."}
        assert words[anne.language] in shown.text()
        (way,) = shown.css("a")
        assert str(way.attributes["href"]).startswith("/aanmelden")
        # A link that cannot come is not offered.
        assert shown.css("form") == []


def test_a_wish_for_another_address_that_was_erased_says_so(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    asked = ask_change(anne, "nieuw@provincie.example", signer=signer(), now=NOW)
    session.flush()
    fresh = _new_side(asked)
    _erase(anne)
    session.commit()
    answer = client.get(fresh)
    assert (answer.status_code, _language(answer)) == (410, anne.language)
    assert client.get(_old_side(asked)).status_code == 410


def test_a_change_whose_row_an_erasure_took_says_that_the_address_is_gone(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    done = _move(anne)
    links = (_new_side(done), _old_side(done))
    _erase(anne)
    session.commit()
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 410
        assert "We hebben je adres gewist." in answer.get_data(as_text=True)


def test_links_that_a_change_of_address_ended_speak_her_language(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    links = [choices_of(anne), data_of(anne), data_of(anne, minutes_ago=45), _confirmation(anne)]
    change = _move(anne)
    session.commit()
    for link in links:
        answer = client.get(link)
        assert (answer.status_code, _language(answer)) == (410, anne.language), link
        assert _language(client.get(f"{link}?taal=nl")) == "nl"
    undo_change(_old_side(change).rpartition("/")[2], signer=signer(), now=NOW)
    session.commit()
    answer = client.get(_new_side(change))
    assert (answer.status_code, _language(answer)) == (410, anne.language)


def test_links_whose_time_is_over_speak_her_language(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    waiting = sign_up("wacht@gemeente.example", choices("data"))
    waiting.language = anne.language
    asked = ask_change(anne, "elders@provincie.example", signer=signer(), now=NOW)
    session.flush()
    links = (data_of(anne), _confirmation(waiting), _new_side(asked))
    done = _move(anne)
    session.commit()
    with time_machine.travel(NOW + timedelta(days=7) + SOON, tick=False):
        for link in (*links, _new_side(done), _old_side(done)):
            answer = client.get(link)
            assert (answer.status_code, _language(answer)) == (410, anne.language), link


def test_the_page_of_a_dead_link_promises_no_more_mail_than_may_come(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    late = data_of(anne, minutes_ago=45)
    limit = {"nl": "hooguit één keer per uur", "en": "once an hour at most"}[anne.language]
    assert limit in client.get(late).get_data(as_text=True)
    before = choices_of(anne)
    _move(anne)
    session.commit()
    assert limit in client.get(before).get_data(as_text=True)


def test_a_link_that_is_no_link_of_ours_says_so_in_title_and_heading(client: FlaskClient) -> None:
    answer = client.get("/voorkeuren/nee")
    assert (answer.status_code, visitor.heading(answer)) == (404, "Deze link klopt niet")
    assert visitor.page(answer).css_first("title").text().startswith("Deze link klopt niet")
