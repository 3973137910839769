"""Change of address: proved at the old side, confirmed at the new, undone by the old (W12)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.errors import (
    AddressTaken,
    BadAddress,
    TokenExpired,
    TokenGone,
    TokenInvalid,
    TokenSuperseded,
    WrongState,
)
from newsletter.extensions import db
from newsletter.subscribers.change import open_preferences
from newsletter.subscribers.change_address import (
    ask_change,
    confirm_change,
    look_up_change,
    undo_change,
)
from newsletter.subscribers.erase import erase
from newsletter.subscribers.forget_changes import forget_changes
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import AddressChange, Consent, Subscription, SubscriptionStatus
from newsletter.subscribers.open_personal import open_personal
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests.material import NOW, choices, deliveries, reader, sign_up

pytestmark = pytest.mark.usefixtures("session")
NEW = "nieuw@provincie.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(someone: Subscription, address: str = NEW, *, hours: int = 0) -> AddressChange:
    return ask_change(someone, address, signer=signer(), now=NOW + hours * HOUR)


def to_confirm(change: AddressChange) -> str:
    return signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=change.asked_at)


def to_undo(change: AddressChange) -> str:
    return signer().make(Purpose.UNDO_ADDRESS, change.id)


def confirm(change: AddressChange, *, days: int = 0) -> Subscription:
    return confirm_change(to_confirm(change), signer=signer(), now=NOW + days * DAY)


def undo(change: AddressChange, *, days: int = 0) -> Subscription:
    return undo_change(to_undo(change), signer=signer(), now=NOW + days * DAY)


def kinds() -> list[MailKind]:
    return [mail.kind for mail in deliveries()]


def test_nothing_changes_until_the_new_side_presses_the_button() -> None:
    someone = reader()
    old = someone.subscriber.address
    change = ask(someone)
    assert someone.subscriber.address == old
    assert kinds() == [MailKind.CONFIRM_ADDRESS]
    confirm(change)
    assert someone.subscriber.address == NEW
    assert kinds() == [MailKind.CONFIRM_ADDRESS, MailKind.WELCOME, MailKind.ADDRESS_CHANGED]
    newest = db.session.scalars(select(Consent).order_by(Consent.id.desc()).limit(2)).all()
    assert newest[0].means == "address_change"
    assert newest[0].address_hash != newest[1].address_hash


def test_pressed_twice_it_changes_once() -> None:
    someone = reader()
    change = ask(someone)
    confirm(change)
    confirm(change)
    assert len(deliveries()) == 3


def test_the_old_side_undoes_it_for_seven_days_and_links_of_the_new_side_end() -> None:
    someone = reader()
    old = someone.subscriber.address
    change = ask(someone)
    confirm(change)
    nonce = someone.link_nonce
    lasting = signer().make(Purpose.MANAGE, someone.subscriber_id, nonce=nonce)
    fresh = signer().make(Purpose.PERSONAL, someone.subscriber_id, nonce=nonce, issued_at=NOW)
    assert open_preferences(lasting, signer=signer(), now=NOW)
    with pytest.raises(TokenExpired):
        undo(change, days=8)
    undo(change, days=7)
    undo(change, days=7)
    assert someone.subscriber.address == old
    with pytest.raises(TokenSuperseded):
        open_preferences(lasting, signer=signer(), now=NOW)
    with pytest.raises(TokenSuperseded):
        open_personal(fresh, signer=signer(), now=NOW)
    with pytest.raises(TokenSuperseded):
        confirm(change)


def test_links_in_mails_to_the_old_address_end_with_the_change() -> None:
    someone = reader()
    link = signer().make(Purpose.MANAGE, someone.subscriber_id)
    confirm(ask(someone))
    with pytest.raises(TokenSuperseded):
        open_preferences(link, signer=signer(), now=NOW)


def test_a_newer_wish_supersedes_and_an_old_link_expires() -> None:
    someone = reader()
    first = ask(someone)
    second = ask(someone, "anders@provincie.example", hours=1)
    with pytest.raises(TokenSuperseded):
        confirm(first)
    with pytest.raises(TokenExpired):
        confirm(second, days=8)


def test_an_address_of_another_reader_stays_hers() -> None:
    other, someone = reader(), reader()
    change = ask(someone, str(other.subscriber.address))
    assert kinds() == [MailKind.CONFIRM_ADDRESS]
    with pytest.raises(AddressTaken):
        confirm(change)


def test_an_address_that_waits_or_was_left_is_taken_over() -> None:
    waiting = sign_up("wacht@gemeente.example", choices("data"), now=NOW - DAY)
    left = reader()
    address = str(left.subscriber.address)
    leave(left, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    one, two = reader(), reader()
    confirm(ask(one, "wacht@gemeente.example"))
    confirm(ask(two, address))
    assert (waiting.subscriber.address, left.subscriber.address) == (None, None)
    assert waiting.status is SubscriptionStatus.ENDED
    assert one.subscriber.address == "wacht@gemeente.example"
    assert two.subscriber.address == address


@pytest.mark.parametrize("reason", SuppressionReason)
def test_a_mailbox_that_complained_gets_no_mail_and_one_that_bounced_gets_one(
    reason: SuppressionReason,
) -> None:
    suppress(signer().address_hashes(NEW)[-1], reason=reason, now=NOW)
    ask(reader())
    expected = [MailKind.CONFIRM_ADDRESS] if reason is SuppressionReason.HARD_BOUNCE else []
    assert kinds() == expected


def test_no_mailbox_is_bombed_by_changes_of_address() -> None:
    for number in range(6):
        ask(reader(), f"n.ieuw+{number}@provincie.example")
    assert kinds() == [MailKind.CONFIRM_ADDRESS]
    sign_up("nieuw@provincie.example", choices("data"))
    assert kinds() == [MailKind.CONFIRM_ADDRESS]


def test_three_wishes_a_day_and_the_present_address_are_the_limit() -> None:
    someone = reader()
    with pytest.raises(BadAddress, match="same_address"):
        ask(someone, str(someone.subscriber.address).upper())
    for number in range(3):
        ask(someone, f"a{number}@provincie.example")
    with pytest.raises(BadAddress, match="too_many_changes"):
        ask(someone, "a4@provincie.example")
    ask(someone, "a4@provincie.example", hours=25)


def test_who_left_or_was_erased_meanwhile_is_not_moved() -> None:
    left, erased = reader(), reader()
    of_left, of_erased = ask(left), ask(erased, "anders@provincie.example")
    token = to_confirm(of_erased)
    leave(left, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    erase(erased, never_again=False, keep_salt_months=0, proof=Proof("personal_page", "/"),
          signer=signer(), now=NOW)
    with pytest.raises(TokenSuperseded):
        confirm(of_left)
    with pytest.raises(TokenGone):
        look_up_change(token, signer=signer(), now=NOW)
    with pytest.raises(WrongState):
        ask(left)


def test_tokens_of_another_purpose_open_no_change() -> None:
    change = ask(reader())
    with pytest.raises(TokenInvalid):
        undo(change)  # was never confirmed
    with pytest.raises(TokenInvalid):
        confirm_change(to_undo(change), signer=signer(), now=NOW)


def test_addresses_of_a_change_go_when_they_no_longer_serve() -> None:
    asked, done = ask(reader()), ask(reader(), "anders@provincie.example")
    confirm(done)
    assert forget_changes(now=NOW + 6 * DAY) == 0
    assert forget_changes(now=NOW + 8 * DAY) == 2
    for change in (asked, done):
        db.session.refresh(change)
        assert (change.old_address, change.new_address, change.new_mailbox) == (None, None, None)
