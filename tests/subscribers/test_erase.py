"""Erasing: nothing tells any more who it was, the ledgers still count, and a restart is new."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.core import signer
from newsletter.deliveries.models import Suppression
from newsletter.deliveries.suppress import SuppressionReason, find_reason, suppress
from newsletter.extensions import db
from newsletter.subscribers.ask import ask_signup
from newsletter.subscribers.change_address import ask_change
from newsletter.subscribers.change_details import change_details
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.details import Details
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import (
    Consent,
    EndReason,
    Language,
    Sector,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.wordings import current_wording
from tests.material import NOW, choices, deliveries, reader, sign_up
from tests.subscribers.test_ledger_replay import tables_that_hold

pytestmark = pytest.mark.usefixtures("session")
ADDRESS = "xantippe.vanderzee@waterschap-onvindbaar.example"


def someone() -> Subscription:
    """A reader who left a trace wherever one can be left."""
    made = reader("data", "leiderschap")
    person = made.subscriber
    person.address = person.identity = ADDRESS
    person.mailbox = "xantippevanderzee@waterschap-onvindbaar.example"
    change_details(made, Details("Xantippe van der Zee", "Waterschap Onvindbaar",
                                 Sector.WATERSCHAP))
    ask_change(made, "xantippe@thuis-onvindbaar.example", signer=signer(), now=NOW)
    ask_signup(address=ADDRESS.upper(), choices=choices("data"), details=Details(),
               source_page="/", wording_id=current_wording(Language.NL).id, now=NOW)
    suppress(signer().address_hashes(ADDRESS)[-1], reason=SuppressionReason.HARD_BOUNCE, now=NOW)
    db.session.flush()
    return made


def gone(made: Subscription, *, never_again: bool = False, months: int = 0) -> None:
    erase(made, never_again=never_again, keep_salt_months=months,
          proof=Proof("personal_page", "/mijn-gegevens"), signer=signer(), now=NOW)
    db.session.flush()


@pytest.mark.parametrize("words", ["xantippe", "onvindbaar", "van der zee"])
def test_no_table_holds_a_word_that_told_who_it_was(words: str) -> None:
    made = someone()
    assert tables_that_hold(words)
    gone(made)
    assert tables_that_hold(words) == set()


def test_the_ledgers_keep_their_entries_under_a_number() -> None:
    made = someone()
    before = len(db.session.scalars(select(Consent)).all()), len(deliveries())
    gone(made)
    assert len(db.session.scalars(select(Consent)).all()) == before[0] + 1
    assert len(deliveries()) == before[1]
    assert (made.status, made.ended_reason) == (SubscriptionStatus.ENDED, EndReason.ERASED)
    assert made.themes == []


def test_what_a_single_mail_said_of_her_choices_goes_and_the_mail_stays_counted() -> None:
    made = someone()
    mail = deliveries()[0]
    mail.params = {**mail.params, "said": {"choices": {"theme_names": ["Data"]}}}
    db.session.flush()
    kept = {name: value for name, value in mail.params.items() if name != "said"}
    gone(made)
    db.session.refresh(mail)
    assert mail.params == kept


def test_a_hash_stays_only_when_she_never_wants_to_be_written_to() -> None:
    made = someone()
    gone(made)
    assert db.session.scalars(select(Suppression)).all() == []
    other = reader()
    address = str(other.subscriber.address)
    gone(other, never_again=True)
    assert find_reason(signer().address_hashes(address)) is SuppressionReason.NEVER_AGAIN


def test_the_salt_goes_at_once_or_after_the_months_that_were_set() -> None:
    now, later = someone(), reader()
    gone(now)
    gone(later, months=6)
    assert db.session.get(ConsentSalt, now.subscriber_id) is None
    kept = db.session.get_one(ConsentSalt, later.subscriber_id)
    db.session.refresh(kept)
    assert kept.destroy_at is not None
    assert kept.destroy_at > NOW + timedelta(days=180)


def test_twice_is_once_and_a_new_sign_up_is_a_new_number() -> None:
    made = someone()
    gone(made)
    entries = len(db.session.scalars(select(Consent)).all())
    gone(made)
    assert len(db.session.scalars(select(Consent)).all()) == entries
    again = sign_up(ADDRESS, choices("data"), now=NOW + timedelta(days=2))
    assert again.subscriber_id != made.subscriber_id


def test_someone_who_left_before_can_still_be_erased() -> None:
    made = someone()
    made.status, made.ended_at = SubscriptionStatus.ENDED, NOW
    made.ended_reason = EndReason.UNSUBSCRIBED
    gone(made)
    assert tables_that_hold("xantippe") == set()
