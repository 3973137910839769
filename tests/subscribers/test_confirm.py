"""Confirming: only the newest link, only in time, and only once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.suppress import SuppressionReason, find_reason, suppress
from newsletter.errors import TokenExpired, TokenInvalid, TokenSuperseded
from newsletter.extensions import db
from newsletter.subscribers.confirm import confirm, look_up, question_of
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Consent, Subscription, SubscriptionStatus
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests import material
from tests.material import NOW, choices, confirm_token, sign_up

ADDRESS = "noor@gemeente.example"
DAY = timedelta(days=1)
Acts = Callable[[Subscription], list[str]]


def press(token: str, at: timedelta = DAY) -> Subscription:
    someone = db.session.scalar(select(Subscription))
    return confirm(token, shown=question_of(someone) if someone else "",
                   wording_id=material.text_shown(), signer=signer(), source_page="/bevestigen",
                   now=NOW + at)


@pytest.fixture
def waiting(session: Session) -> Subscription:
    return sign_up(ADDRESS, choices("data"))


def test_the_button_makes_a_reader_and_queues_one_welcome(
    waiting: Subscription, acts: Acts
) -> None:
    press(confirm_token(waiting))
    assert waiting.status is SubscriptionStatus.ACTIVE
    assert waiting.confirmed_at == NOW + DAY
    assert acts(waiting) == ["asked", "given"]
    assert [mail.kind for mail in material.deliveries()] == [MailKind.CONFIRM_SIGNUP,
                                                             MailKind.WELCOME]


def test_the_proof_says_by_which_act_and_from_which_page(
    waiting: Subscription, session: Session
) -> None:
    press(confirm_token(waiting))
    given = session.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
    assert (given.means, given.source_page) == ("mailed_link_post", "/bevestigen")
    assert given.choices["themes"] == ["data"]
    assert given.wording_id is not None


def test_looking_changes_nothing(waiting: Subscription, session: Session, acts: Acts) -> None:
    look_up(confirm_token(waiting), signer=signer(), now=NOW)
    assert not session.dirty
    assert waiting.status is SubscriptionStatus.PENDING
    assert acts(waiting) == ["asked"]


def test_a_second_press_is_harmless(waiting: Subscription, acts: Acts) -> None:
    token = confirm_token(waiting)
    press(token)
    press(token, 2 * DAY)
    assert waiting.confirmed_at == NOW + DAY
    assert acts(waiting) == ["asked", "given"]
    assert len(material.deliveries(MailKind.WELCOME)) == 1


def test_a_newer_mail_supersedes_the_older_link(waiting: Subscription) -> None:
    old = confirm_token(waiting)
    sign_up(ADDRESS, choices("digitalisering"), now=NOW + DAY)
    with pytest.raises(TokenSuperseded):
        press(old)
    press(confirm_token(waiting, issued_at=NOW + DAY))
    assert waiting.status is SubscriptionStatus.ACTIVE


def test_a_link_opens_for_seven_days(waiting: Subscription) -> None:
    with pytest.raises(TokenExpired):
        press(confirm_token(waiting), 7 * DAY + timedelta(seconds=1))
    press(confirm_token(waiting), 7 * DAY)


@pytest.mark.parametrize("purpose", [each for each in Purpose if each is not Purpose.CONFIRM])
def test_a_link_for_something_else_confirms_nothing(
    waiting: Subscription, purpose: Purpose
) -> None:
    with pytest.raises(TokenInvalid):
        press(signer().make(purpose, waiting.subscriber_id, nonce=waiting.confirm_nonce,
                            issued_at=NOW))


def test_the_old_link_does_not_bring_back_who_left(waiting: Subscription, acts: Acts) -> None:
    token = confirm_token(waiting)
    press(token)
    leave(waiting, Leaving.ALL, proof=Proof("page_post", "/afmelden"), now=NOW + DAY)
    with pytest.raises(TokenSuperseded):
        press(token)
    assert waiting.status is SubscriptionStatus.ENDED
    assert acts(waiting) == ["asked", "given", "withdrawn"]


def test_a_link_of_nobody_is_refused(session: Session) -> None:
    with pytest.raises(TokenInvalid):
        press(signer().make(Purpose.CONFIRM, 10**12, nonce=1, issued_at=NOW))


def test_confirming_lifts_a_hard_bounce_and_nothing_graver(waiting: Subscription) -> None:
    hash_ = signer().address_hashes(ADDRESS)[-1]
    suppress(hash_, reason=SuppressionReason.HARD_BOUNCE, now=NOW)
    press(confirm_token(waiting))
    assert find_reason([hash_]) is None
    suppress(hash_, reason=SuppressionReason.COMPLAINT, now=NOW)
    press(confirm_token(waiting))
    assert find_reason([hash_]) is SuppressionReason.COMPLAINT
