"""Who lost a mailbox, or never had it, gets no hold of a subscription through it again (W12)."""

from datetime import timedelta

import pytest

from newsletter.core import signer
from newsletter.errors import TokenExpired, TokenSuperseded
from newsletter.extensions import db
from newsletter.subscribers.change_address import ask_change, confirm_change, undo_change
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.models import AddressChange, Sector, Subscription
from newsletter.tokens import Purpose
from tests.material import NOW, choices, reader, sign_up, text_shown

pytestmark = pytest.mark.usefixtures("session")
HOUR = timedelta(hours=1)


def move(someone: Subscription, to: str, *, hours: int) -> AddressChange:
    change = ask_change(someone, to, signer=signer(), now=NOW + hours * HOUR)
    confirm_change(to_confirm(change), signer=signer(), now=NOW + hours * HOUR)
    return change


def to_confirm(change: AddressChange) -> str:
    return signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=change.asked_at)


def undo(change: AddressChange, *, hours: int) -> Subscription:
    token = signer().make(Purpose.UNDO_ADDRESS, change.id)
    return undo_change(token, signer=signer(), now=NOW + hours * HOUR)


def test_who_moved_on_from_a_stolen_address_cannot_undo_what_the_owner_undid() -> None:
    someone = reader()
    own = someone.subscriber.address
    first = move(someone, "dief@elders.example", hours=0)
    second = move(someone, "dief-twee@elders.example", hours=1)
    undo(first, hours=2)
    assert someone.subscriber.address == own
    with pytest.raises(TokenExpired):
        undo(second, hours=3)
    assert someone.subscriber.address == own


def test_a_wish_made_behind_a_stolen_address_ends_when_the_owner_undoes_it() -> None:
    someone = reader()
    own = someone.subscriber.address
    first = move(someone, "dief@elders.example", hours=0)
    later = ask_change(
        someone, "dief-twee@elders.example", signer=signer(), now=NOW + HOUR
    )
    undo(first, hours=2)
    with pytest.raises(TokenSuperseded):
        confirm_change(to_confirm(later), signer=signer(), now=NOW + 3 * HOUR)
    assert someone.subscriber.address == own


def test_a_confirm_link_in_the_mailbox_that_was_left_opens_nothing_any_more() -> None:
    someone = reader()
    token = signer().make(
        Purpose.CONFIRM, someone.subscriber_id, nonce=someone.confirm_nonce, issued_at=NOW
    )
    move(someone, "nieuw@provincie.example", hours=0)
    with pytest.raises(TokenSuperseded):
        confirm(token, shown="", wording_id=text_shown(), signer=signer(),
                source_page="/bevestigen", now=NOW + HOUR)


def test_a_row_that_gave_up_its_address_keeps_no_details() -> None:
    sign_up("nieuw@provincie.example", choices("data"))
    left = db.session.query(Subscription).one()
    left.subscriber.name, left.subscriber.sector = "Noor", Sector.PROVINCIE
    move(reader(), "nieuw@provincie.example", hours=1)
    person = left.subscriber
    db.session.refresh(person)
    assert (person.address, person.name, person.sector) == (None, None, None)
