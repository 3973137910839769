"""Each act names in the ledger the consent text that was shown with it, or none (P01)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.extensions import db
from newsletter.mailings.dossier import everything_about
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.change_address import ask_change, confirm_change, undo_change
from newsletter.subscribers.check_receipt import check_receipt
from newsletter.subscribers.erase import erase
from newsletter.subscribers.expire import remove_expired
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    AddressChange,
    Cadence,
    Consent,
    ConsentAct,
    ConsentWording,
    Language,
    Subscription,
)
from newsletter.subscribers.never_write import stop_mails
from newsletter.subscribers.pause import pause, resume
from newsletter.subscribers.receipt import receipt_of, receipt_text
from newsletter.subscribers.record_consent import Proof, record_consent, shows_text
from newsletter.subscribers.seal_consents import seal_consents
from newsletter.subscribers.send_link import request_manage_link
from newsletter.subscribers.signup import request_signup
from newsletter.subscribers.undo import Instead, undo_leaving
from newsletter.subscribers.verify_consents import verify_chain_of, verify_consents
from newsletter.tokens import Purpose
from tests.material import NOW, choices, confirm_token, press, reader, sign_up, text_shown

pytestmark = pytest.mark.usefixtures("session")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = Proof("preference_page", "/voorkeuren")
Deed = Callable[[Subscription], object]


def entries(subscription: Subscription) -> list[Consent]:
    return list(db.session.scalars(
        select(Consent).where(Consent.subscriber_id == subscription.subscriber_id)
        .order_by(Consent.id)
    ))


def newer_text(language: Language = Language.NL) -> int:
    """From now on the pages show another text."""
    made = ConsentWording(version=99, language=language, text="Ja, anders.", sha256="0" * 64,
                          since=NOW)
    db.session.add(made)
    db.session.flush()
    return made.id


def move(someone: Subscription) -> AddressChange:
    change = ask_change(someone, "nieuw@provincie.example", signer=signer(), now=NOW)
    confirm_change(signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=NOW),
                   signer=signer(), now=NOW)
    return change


def move_back(someone: Subscription) -> object:
    token = signer().make(Purpose.UNDO_ADDRESS, move(someone).id)
    return undo_change(token, signer=signer(), now=NOW)


def rest(someone: Subscription) -> object:
    return pause(someone, (NOW + 9 * DAY).date(), proof=PAGE, now=NOW)


def rest_and_return(someone: Subscription) -> object:
    rest(someone)
    return resume(someone, proof=PAGE, now=NOW)


def choose_less(someone: Subscription) -> object:
    less = replace(chosen.of(someone), cadence=Cadence.MONTHLY)
    return change_choices(someone, less, source_page="/voorkeuren", now=NOW)


def choose_nothing(someone: Subscription) -> object:
    nothing = replace(chosen.of(someone), receives_editions=False, cadence=Cadence.NONE)
    return change_choices(someone, nothing, source_page="/voorkeuren", now=NOW)


def leave_by(means: str, what: Leaving) -> Deed:
    return lambda someone: leave(someone, what, proof=Proof(means, "/afmelden"), now=NOW)


def forget(someone: Subscription) -> object:
    return erase(someone, never_again=False, keep_salt_months=0,
                 proof=Proof("personal_page", "/mijn-gegevens"), signer=signer(), now=NOW)


def stop_by_the_desk(someone: Subscription) -> object:
    return stop_mails(someone, proof=Proof("desk_request", "desk"), now=NOW)


WITHOUT_TEXT: dict[str, tuple[Deed, str]] = {
    "other choices": (choose_less, "changed"),
    "a pause": (rest, "changed"),
    "the end of a pause": (rest_and_return, "changed"),
    "a new address": (move, "changed"),
    "the old address again": (move_back, "changed"),
    "nothing chosen": (choose_nothing, "withdrawn"),
    "one kind left by one click": (leave_by("one_click_post", Leaving.EDITIONS), "withdrawn"),
    "all left behind a link": (leave_by("mailed_link_post", Leaving.ALL), "withdrawn"),
    "erased": (forget, "withdrawn"),
    "stopped by the desk": (stop_by_the_desk, "withdrawn"),
}


@pytest.mark.parametrize(("deed", "act"), WITHOUT_TEXT.values(), ids=WITHOUT_TEXT.keys())
def test_what_no_text_stood_beside_names_none(deed: Deed, act: str) -> None:
    someone = reader("data", "leiderschap")
    before = len(entries(someone))
    deed(someone)
    added = entries(someone)[before:]
    assert added[-1].act == act
    assert {entry.wording_id for entry in added} == {None}
    assert not any(map(shows_text, added))
    assert verify_chain_of(someone.subscriber_id) is None


@pytest.mark.parametrize("language", Language)
def test_a_sign_up_and_its_confirmation_name_the_text_that_each_showed(language: Language) -> None:
    wish = replace(choices("data"), language=language)
    someone = sign_up("noor@gemeente.example", wish)
    on_the_form = text_shown(language)
    beside_the_button = newer_text(language)
    press(confirm_token(someone), now=NOW + HOUR)
    assert [entry.wording_id for entry in entries(someone)] == [on_the_form, beside_the_button]
    assert all(map(shows_text, entries(someone)))


def test_what_is_asked_in_vain_names_the_text_of_its_form() -> None:
    someone = sign_up("noor@gemeente.example", choices("data"))
    older = text_shown()
    newer_text()
    request_signup(address="noor@gemeente.example", choices=choices("data"), source_page="/",
                   wording_id=older, signer=signer(), now=NOW + HOUR / 2)
    assert [entry.means for entry in entries(someone)] == ["form", "form_set_aside"]
    assert entries(someone)[-1].wording_id == older


def test_a_question_repeated_by_the_link_page_names_none_and_its_button_names_one() -> None:
    someone = sign_up("noor@gemeente.example", choices("data"))
    request_manage_link(address="noor@gemeente.example", signer=signer(), now=NOW + HOUR)
    asked, again = entries(someone)
    assert (again.act, again.means, again.source_page) == ("asked", "form", "/mijn-link")
    assert (again.wording_id, again.choices) == (None, asked.choices)
    press(confirm_token(someone, issued_at=NOW + HOUR), now=NOW + 2 * HOUR)
    assert entries(someone)[-1].wording_id == text_shown()


@pytest.mark.parametrize("instead", Instead)
def test_who_comes_back_gives_consent_to_the_text_beside_that_button(instead: Instead) -> None:
    someone = reader("data", "leiderschap")
    leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    shown = text_shown()
    newer_text()
    undo_leaving(someone, instead=instead, until=(NOW + 9 * DAY).date(), wording_id=shown,
                 signer=signer(), source_page="/afmelden", now=NOW + DAY)
    given = entries(someone)[-1]
    assert (given.act, given.means, given.wording_id) == ("given", "undo_beside_text", shown)
    assert shows_text(given)


def test_who_came_back_before_texts_stood_there_saw_none_and_may_press_that_button_again() -> None:
    someone = reader("data")
    in_force = Proof("undo_post", "/afmelden", wording_id=text_shown())
    old = record_consent(someone, ConsentAct.GIVEN, proof=in_force, now=NOW)
    assert not shows_text(old)
    before = len(entries(someone))
    undo_leaving(someone, instead=Instead.AS_IT_WAS, wording_id=text_shown(), signer=signer(),
                 source_page="/afmelden", now=NOW)
    assert len(entries(someone)) == before
    assert verify_chain_of(someone.subscriber_id) is None


def test_a_question_that_nobody_answered_ends_without_a_text() -> None:
    someone = sign_up("noor@gemeente.example", choices("data"))
    assert remove_expired(signer=signer(), now=NOW + 8 * DAY) == 1
    asked, ended = entries(someone)
    assert (ended.act, ended.wording_id) == ("withdrawn", None)
    assert asked.wording_id == text_shown()


def test_a_receipt_says_of_each_act_whether_a_text_was_shown(session: Session) -> None:
    someone = reader("data")
    choose_less(someone)
    receipt = receipt_of(someone.subscriber_id, signer=signer(), public_url="https://x.example",
                         now=NOW)
    checked = check_receipt(receipt_text(receipt).encode())
    assert checked.fault is None
    assert checked.proved[1] == (
        "Of 3 entries 2 name a consent text (1 in all), and the receipt has these texts word for "
        "word. With the other acts no text was shown.")
    assert [", no text shown, " in line for line in checked.proved[4:]] == [False, False, True]


def test_entries_of_before_and_of_now_make_one_chain_that_verifies(session: Session) -> None:
    someone = reader("data")
    in_force = Proof("preference_page", "/voorkeuren", wording_id=text_shown())
    old = record_consent(someone, ConsentAct.CHANGED, proof=in_force, now=NOW)
    new = record_consent(someone, ConsentAct.CHANGED, proof=PAGE, now=NOW)
    assert (shows_text(old), shows_text(new)) == (False, False)
    seal_consents(now=NOW)
    assert verify_consents().broken is None
    receipt = receipt_of(someone.subscriber_id, signer=signer(), public_url="https://x.example",
                         now=NOW)
    assert check_receipt(receipt_text(receipt).encode()).fault is None
    rows = everything_about(someone.subscriber_id, address_hashes=())["consents"]
    assert [row["wording_version"] for row in rows] == [1, 1, 1, None]
    assert rows[-1]["wording"] is None
