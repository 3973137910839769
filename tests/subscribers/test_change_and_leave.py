"""Changing and leaving: the reader's word counts at once, and nothing is ever switched on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.errors import BadInput, TokenInvalid, WrongState
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.change import change_choices, open_preferences
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.expire import remove_expired
from newsletter.subscribers.leave import Leaving, leave, open_leave
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    EndReason,
    Language,
    MailFormat,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests import material
from tests.material import NOW, choices, sign_up

DAY = timedelta(days=1)
ONE_CLICK = Proof("one_click_post", "/afmelden")
Acts = Callable[[Subscription], list[str]]


@pytest.fixture
def reader(session: Session) -> Subscription:
    return material.reader("data", "digitalisering")


def change(subscription: Subscription, to: Choices) -> bool:
    return change_choices(subscription, to, source_page="/voorkeuren", now=NOW)


def test_a_change_is_stored_and_entered_with_the_new_wording(
    reader: Subscription, session: Session
) -> None:
    wish = Choices(False, Cadence.MONTHLY, material.theme_ids("data"), Language.EN,
                   MailFormat.TEXT)
    assert change(reader, wish)
    assert chosen.of(reader) == wish
    entry = session.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
    assert (entry.act, entry.means) == ("changed", "preference_page")
    assert entry.choices["cadence"] == "monthly"


def test_the_same_choices_again_are_no_change(reader: Subscription, acts: Acts) -> None:
    assert not change(reader, chosen.of(reader))
    assert acts(reader) == ["asked", "given"]


def test_a_theme_that_stays_keeps_the_moment_it_was_chosen(reader: Subscription) -> None:
    change(reader, choices("data", "leiderschap"))
    moments = {each.theme_id: each.chosen_at for each in reader.themes}
    (data,), (new,) = material.theme_ids("data"), material.theme_ids("leiderschap")
    assert moments[new] == NOW
    assert moments[data] < NOW
    assert len(moments) == 2


def test_nothing_chosen_ends_the_subscription(reader: Subscription, acts: Acts) -> None:
    assert change(reader, replace(chosen.of(reader), receives_editions=False,
                                  cadence=Cadence.NONE))
    assert reader.status is SubscriptionStatus.ENDED
    assert (reader.ended_at, reader.ended_reason) == (NOW, EndReason.NOTHING_CHOSEN)
    assert acts(reader) == ["asked", "given", "withdrawn"]


def test_a_digest_without_themes_is_refused_and_nothing_changes(reader: Subscription) -> None:
    before = chosen.of(reader)
    with pytest.raises(BadInput, match="themes: none_chosen"):
        change(reader, replace(before, theme_ids=frozenset()))
    assert chosen.of(reader) == before


def test_only_a_reader_can_change(session: Session) -> None:
    waiting = sign_up("noor@gemeente.example", choices("data"))
    with pytest.raises(WrongState, match="pending"):
        change(waiting, choices("digitalisering"))


def test_the_lasting_link_opens_the_preferences_and_no_other_does(reader: Subscription) -> None:
    later = NOW + 3650 * DAY
    token = signer().make(Purpose.MANAGE, reader.subscriber_id)
    assert open_preferences(token, signer=signer(), now=later) is reader
    with pytest.raises(TokenInvalid):
        open_preferences(signer().make(Purpose.LEAVE_EDITIONS, reader.subscriber_id),
                         signer=signer(), now=later)


@pytest.mark.parametrize(("purpose", "what"), [
    (Purpose.LEAVE_EDITIONS, Leaving.EDITIONS), (Purpose.LEAVE_DIGESTS, Leaving.DIGESTS),
    (Purpose.LEAVE_ALL, Leaving.ALL),
])
def test_a_link_leaves_the_kind_of_mail_it_stood_in(
    reader: Subscription, purpose: Purpose, what: Leaving
) -> None:
    token = signer().make(purpose, reader.subscriber_id)
    assert open_leave(token, signer=signer(), now=NOW + 3650 * DAY) == (reader, what)
    with pytest.raises(TokenInvalid):
        open_leave(signer().make(Purpose.MANAGE, reader.subscriber_id), signer=signer(), now=NOW)


@pytest.mark.parametrize(("what", "editions", "cadence"), [
    (Leaving.EDITIONS, False, Cadence.WEEKLY), (Leaving.DIGESTS, True, Cadence.NONE),
])
def test_leaving_one_kind_keeps_the_other(
    reader: Subscription, acts: Acts, what: Leaving, editions: bool, cadence: Cadence
) -> None:
    leave(reader, what, proof=ONE_CLICK, now=NOW)
    assert reader.status is SubscriptionStatus.ACTIVE
    assert (reader.receives_editions, reader.cadence) == (editions, cadence)
    assert acts(reader) == ["asked", "given", "withdrawn"]


@pytest.mark.parametrize("steps", [
    (Leaving.ALL,), (Leaving.EDITIONS, Leaving.DIGESTS), (Leaving.DIGESTS, Leaving.EDITIONS),
])
def test_leaving_all_or_both_ends_the_subscription(
    reader: Subscription, steps: tuple[Leaving, ...]
) -> None:
    for what in steps:
        leave(reader, what, proof=ONE_CLICK, now=NOW)
    assert reader.status is SubscriptionStatus.ENDED
    assert reader.ended_reason is EndReason.UNSUBSCRIBED


@pytest.mark.parametrize("what", Leaving)
def test_leaving_twice_is_as_good_as_once(
    reader: Subscription, acts: Acts, what: Leaving
) -> None:
    leave(reader, what, proof=ONE_CLICK, now=NOW)
    before = (chosen.of(reader), reader.status, reader.ended_at, acts(reader))
    leave(reader, what, proof=ONE_CLICK, now=NOW + DAY)
    assert (chosen.of(reader), reader.status, reader.ended_at, acts(reader)) == before


@pytest.mark.parametrize("what", Leaving)
@pytest.mark.parametrize(("editions", "cadence"), [
    (True, Cadence.WEEKLY), (True, Cadence.NONE), (False, Cadence.MONTHLY),
])
def test_leaving_never_switches_anything_on(
    session: Session, what: Leaving, editions: bool, cadence: Cadence
) -> None:
    subscription = material.reader("data", editions=editions, cadence=cadence)
    leave(subscription, what, proof=ONE_CLICK, now=NOW)
    assert subscription.receives_editions <= editions
    assert subscription.cadence in (cadence, Cadence.NONE)


def test_leaving_does_not_make_a_reader_of_who_waits(session: Session, acts: Acts) -> None:
    waiting = sign_up("noor@gemeente.example", choices("data"))
    leave(waiting, Leaving.DIGESTS, proof=ONE_CLICK, now=NOW)
    assert waiting.status is SubscriptionStatus.PENDING
    assert acts(waiting) == ["asked"]


def test_who_never_confirmed_is_forgotten_after_seven_days(session: Session, acts: Acts) -> None:
    waiting = sign_up("noor@gemeente.example", choices("data"))
    reader = material.reader()
    assert remove_expired(signer=signer(), now=NOW + 7 * DAY) == 0
    assert remove_expired(signer=signer(), now=NOW + 7 * DAY + timedelta(seconds=1)) == 1
    person = waiting.subscriber
    assert (person.address, person.identity, person.mailbox) == (None, None, None)
    assert waiting.ended_reason is EndReason.NEVER_CONFIRMED
    assert acts(waiting) == ["asked", "withdrawn"]
    assert reader.status is SubscriptionStatus.ACTIVE
    assert remove_expired(signer=signer(), now=NOW + 8 * DAY) == 0


def test_who_was_forgotten_can_sign_up_as_somebody_new(session: Session) -> None:
    first = sign_up("noor@gemeente.example", choices("data"))
    remove_expired(signer=signer(), now=NOW + 8 * DAY)
    second = sign_up("noor@gemeente.example", choices("data"), now=NOW + 9 * DAY)
    assert second.subscriber_id != first.subscriber_id
