"""No mailbox is flooded, whatever is pressed and repeated behind whichever link (W05)."""

from datetime import timedelta

import pytest

from newsletter.addresses import mailbox_of
from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.extensions import db
from newsletter.subscribers.change_address import ask_change
from newsletter.subscribers.erase import erase
from newsletter.subscribers.forget_changes import forget_changes
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import AddressChange
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.undo import Instead, undo_leaving
from tests.material import NOW, choices, deliveries, reader, sign_up, text_shown

pytestmark = pytest.mark.usefixtures("session")
VICTIM = "doelwit@gemeente.example"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def test_leaving_and_coming_back_all_day_long_brings_three_mails() -> None:
    someone = reader()
    before = len(deliveries())
    for turn in range(40):
        now = NOW + turn * 30 * MINUTE
        leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=now)
        undo_leaving(someone, instead=Instead.AS_IT_WAS, wording_id=text_shown(),
                     signer=signer(), source_page="/afmelden", now=now)
        assert someone.receives_editions
    welcomes = [mail for mail in deliveries()[before:] if mail.kind is MailKind.WELCOME]
    assert len(welcomes) <= 3


def test_the_two_domains_of_one_provider_bring_one_mailbox_one_mail() -> None:
    for domain in ("gmail.com", "googlemail.com"):
        sign_up(f"doel.wit@{domain}", choices("data"))
    assert [mail.kind for mail in deliveries()] == [MailKind.CONFIRM_SIGNUP]


def test_a_row_that_keeps_the_spelling_of_before_counts_for_the_limit_too() -> None:
    old = sign_up("doelwit@googlemail.com", choices("data"))
    old.subscriber.mailbox = "doelwit@googlemail.com"
    db.session.flush()
    for turn in range(1, 20):
        sign_up("doelwit@googlemail.com", choices("data"), now=NOW + turn * MINUTE)
        sign_up("doelwit@gmail.com", choices("data"), now=NOW + turn * MINUTE)
    assert len(deliveries()) == 1


def test_a_wish_to_move_to_a_twin_domain_counts_for_the_mailbox_too() -> None:
    throwaway = reader()
    before = len(deliveries())
    asked = ask_change(throwaway, "doelwit@googlemail.com", signer=signer(), now=NOW)
    asked.new_mailbox = "doelwit@googlemail.com"
    db.session.flush()
    sign_up("doelwit@gmail.com", choices("data"), now=NOW + MINUTE)
    assert len(deliveries()) == before + 1


def _bomb(turn: int) -> None:
    throwaway = reader()
    now = NOW + turn * MINUTE
    ask_change(throwaway, VICTIM, signer=signer(), now=now)
    erase(throwaway, never_again=False, keep_salt_months=0,
          proof=Proof("personal_page", "/mijn-gegevens"), signer=signer(), now=now)


def test_readers_who_erase_themselves_cannot_make_us_mail_one_victim_again() -> None:
    for turn in range(10):
        _bomb(turn)
    asked = [mail for mail in deliveries() if mail.kind is MailKind.CONFIRM_ADDRESS]
    assert len(asked) == 1


def test_what_counts_for_a_victim_after_an_erasure_is_a_hash_and_goes_after_a_day() -> None:
    _bomb(0)
    kept = db.session.query(AddressChange).one()
    assert (kept.old_address, kept.new_address) == (None, None)
    assert kept.new_mailbox
    assert "@" not in kept.new_mailbox
    forget_changes(now=NOW + DAY + MINUTE)
    db.session.refresh(kept)
    assert kept.new_mailbox is None


@pytest.mark.parametrize("other", [
    '"doelwit+a b"@gemeente.example', '"doel..wit"@gemeente.example', "Doel.wit+x@gemeente.example",
])
def test_quoted_spellings_share_the_mailbox_that_they_reach(other: str) -> None:
    assert mailbox_of(other) == mailbox_of(VICTIM)
