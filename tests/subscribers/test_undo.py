"""Undoing: a leaver comes back by her own button within thirty days, and no otherwise."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.errors import NothingToUndo, TokenSuperseded
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.details import Details
from newsletter.subscribers.erase import erase
from newsletter.subscribers.expire import remove_expired
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    EndReason,
    LeavingReason,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.say_reason import say_reason
from newsletter.subscribers.signup import request_signup
from newsletter.subscribers.undo import Instead, find_before, undo_leaving
from tests.material import (
    NOW,
    choices,
    confirm_token,
    deliveries,
    reader,
    sign_up,
    text_shown,
)

pytestmark = pytest.mark.usefixtures("session")
DAY = timedelta(days=1)


def go(subscription: Subscription, what: Leaving = Leaving.ALL) -> None:
    leave(subscription, what, proof=Proof("one_click_post", "/afmelden"), now=NOW)


def undo(
    subscription: Subscription, instead: Instead = Instead.AS_IT_WAS, *, days: int = 1
) -> None:
    undo_leaving(subscription, instead=instead, until=date(2027, 2, 10),
                 wording_id=text_shown(), signer=signer(), source_page="/afmelden",
                 now=NOW + days * DAY)


@pytest.mark.parametrize("what", Leaving)
def test_undoing_gives_back_exactly_what_was_there(what: Leaving) -> None:
    someone = reader("data", "leiderschap")
    before = chosen.of(someone)
    moments = {theme.theme_id: theme.chosen_at for theme in someone.themes}
    go(someone, what)
    undo(someone, days=30)
    assert chosen.of(someone) == before
    assert someone.status is SubscriptionStatus.ACTIVE
    assert {theme.theme_id: theme.chosen_at for theme in someone.themes} == moments
    acts = db.session.scalars(
        select(Consent).where(Consent.subscriber_id == someone.subscriber_id).order_by(Consent.id)
    ).all()
    assert [(e.act.value, e.means) for e in acts][-2:] == [
        ("withdrawn", "one_click_post"), ("given", "undo_beside_text")]
    assert [mail.kind for mail in deliveries()][-1] is MailKind.WELCOME


def test_pressed_twice_it_is_undone_once() -> None:
    someone = reader()
    go(someone)
    undo(someone)
    count = len(deliveries())
    undo(someone)
    assert len(deliveries()) == count


def test_after_thirty_days_it_cannot_be_undone() -> None:
    someone = reader()
    go(someone)
    assert find_before(someone, signer=signer(), now=NOW + 30 * DAY)
    with pytest.raises(NothingToUndo):
        undo(someone, days=31)
    assert someone.status is SubscriptionStatus.ENDED


@pytest.mark.parametrize(
    "reason", [SuppressionReason.COMPLAINT, SuppressionReason.NEVER_AGAIN]
)
def test_after_a_complaint_it_cannot_be_undone(reason: SuppressionReason) -> None:
    someone = reader()
    go(someone)
    suppress(signer().address_hashes(str(someone.subscriber.address))[-1], reason=reason, now=NOW)
    with pytest.raises(NothingToUndo):
        undo(someone)


def test_after_an_erasure_it_cannot_be_undone() -> None:
    someone = reader()
    go(someone)
    erase(someone, never_again=False, keep_salt_months=0,
          proof=Proof("personal_page", "/mijn-gegevens"), signer=signer(), now=NOW)
    with pytest.raises(NothingToUndo):
        undo(someone)


def test_who_never_left_has_nothing_to_undo() -> None:
    with pytest.raises(NothingToUndo):
        undo(reader())


def test_a_leaver_may_choose_less_in_place_of_nothing() -> None:
    monthly, editions, paused = reader(), reader(editions=False), reader()
    for someone in (monthly, editions, paused):
        go(someone)
    undo(monthly, Instead.MONTHLY)
    undo(editions, Instead.EDITIONS)
    undo(paused, Instead.PAUSE)
    assert monthly.cadence is Cadence.MONTHLY
    assert (editions.receives_editions, editions.cadence) == (True, Cadence.NONE)
    assert paused.paused_until is not None
    assert paused.status is SubscriptionStatus.ACTIVE


def test_a_reason_stays_until_she_comes_back() -> None:
    someone = reader()
    go(someone)
    say_reason(someone, LeavingReason.TOO_MUCH)
    say_reason(someone, LeavingReason.OTHER_WORK)
    assert someone.leaving_reason is LeavingReason.OTHER_WORK
    undo(someone)
    assert someone.leaving_reason is None


def test_what_a_stranger_asks_with_her_address_takes_no_undoing_from_her() -> None:
    someone = reader("data", "leiderschap")
    before, address = chosen.of(someone), str(someone.subscriber.address)
    go(someone)
    request_signup(address=address, choices=choices("smart-city"), source_page="/",
                   wording_id=text_shown(), details=Details("Iemand anders"), signer=signer(),
                   now=NOW + DAY)
    assert someone.status is SubscriptionStatus.PENDING
    link = confirm_token(someone, issued_at=NOW + DAY)
    undo(someone, days=2)
    assert (chosen.of(someone), someone.status) == (before, SubscriptionStatus.ACTIVE)
    assert someone.subscriber.name is None
    with pytest.raises(TokenSuperseded):
        confirm(link, shown="", wording_id=text_shown(), signer=signer(),
                source_page="/bevestigen", now=NOW + 3 * DAY)


def test_a_strangers_question_that_expires_leaves_the_thirty_days_as_they_were() -> None:
    someone = reader()
    address = str(someone.subscriber.address)
    go(someone)
    sign_up(address, choices("smart-city"), now=NOW + DAY)
    assert remove_expired(signer=signer(), now=NOW + 9 * DAY) == 1
    assert someone.subscriber.address == address
    assert (someone.ended_at, someone.ended_reason) == (NOW, EndReason.UNSUBSCRIBED)
    assert forget_former(signer=signer(), now=NOW + 29 * DAY) == 0
    undo(someone, days=29)
    assert someone.status is SubscriptionStatus.ACTIVE
