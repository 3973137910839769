"""Singles: what a mail to one reader says, fixed at its first claim and written from that alone."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypedDict

import jinja2

from newsletter import clock
from newsletter.addresses import mask
from newsletter.catalogue.queries import magazine, pickable_by_id
from newsletter.deliveries.claim import Due
from newsletter.deliveries.models import MailKind
from newsletter.editions.queries import latest_published
from newsletter.emails import (
    address_changed,
    already_subscribed,
    confirm_address,
    confirm_signup,
    invitation,
    manage_link,
    reminder,
    welcome,
)
from newsletter.emails.identity import Identity
from newsletter.emails.single import Choices, Written
from newsletter.emails.urls import Urls
from newsletter.emails.welcome import LatestEdition
from newsletter.errors import MailError, NewsletterError
from newsletter.extensions import db
from newsletter.mailings.carry_notices import carry_by
from newsletter.mailings.contents import NoticeItem
from newsletter.sending.house import House
from newsletter.subscribers.models import AddressChange, Subscription, SubscriptionStatus
from newsletter.subscribers.queries import Recipient

# What a template or a row of nonsense can raise: that one delivery fails, the others go on (R18).
FAULTS = (NewsletterError, jinja2.TemplateError, LookupError, TypeError, ValueError)


# To her own address and about her subscription; one that asks to confirm says nothing else.
BRINGS_NOTICES = (MailKind.WELCOME, MailKind.MANAGE_LINK, MailKind.ALREADY_SUBSCRIBED)


class _Look(TypedDict):
    identity: Identity
    urls: Urls


def facts_of(due: Due, reader: Recipient, *, at: datetime) -> dict[str, Any]:
    """What the mail will say on every attempt, as it stands at its first claim (R04).

    Fit for JSON; no address, name or token. `at` is the moment of the claim.
    """
    facts: dict[str, Any] = {"language": reader.language.value, "format": reader.format.value}
    if due.kind is MailKind.MANAGE_LINK:
        facts["is_reader"] = reader.status is SubscriptionStatus.ACTIVE
    if due.kind in (MailKind.CONFIRM_SIGNUP, MailKind.WELCOME):
        subscription = _subscription(reader.subscriber_id)
        facts["choices"] = _choices(subscription, reader.language.value)
        if due.kind is MailKind.WELCOME:
            facts["latest"] = _latest()
            facts["paused_until"] = _paused_until(subscription, at)
    if due.kind in BRINGS_NOTICES and reader.status is SubscriptionStatus.ACTIVE:
        brought = carry_by(due.id, reader.subscriber_id)
        if brought:
            facts["notices"] = [asdict(each) for each in brought]
    return facts


def write_single_mail(due: Due, said: Mapping[str, Any], house: House) -> Written:
    """The mail of a kind out of its facts. Raises MailError, or what a template raises."""
    language, shape = str(said["language"]), str(said["format"])
    look = _Look(identity=house.identity, urls=house.urls)
    notices = [NoticeItem(**each) for each in said.get("notices", ())]
    match due.kind:
        case MailKind.ALREADY_SUBSCRIBED:
            return already_subscribed.write(
                already_subscribed.AlreadySubscribed(language, shape), notices=notices, **look)
        case MailKind.MANAGE_LINK:
            is_reader = bool(said["is_reader"])
            return manage_link.write(
                manage_link.ManageLink(language, shape, is_reader), notices=notices, **look)
        case MailKind.CONFIRM_SIGNUP:
            return confirm_signup.write(
                confirm_signup.ConfirmSignup(language, shape, Choices(**said["choices"])), **look)
        case MailKind.WELCOME:
            return welcome.write(_welcome(said), notices=notices, **look)
        case MailKind.CONFIRM_ADDRESS:
            asked_by = mask(_change(due).old_address or "")
            return confirm_address.write(
                confirm_address.ConfirmAddress(language, shape, asked_by), **look)
        case MailKind.INVITATION:
            return invitation.write(invitation.Invitation(language, shape), **look)
        case MailKind.REMINDER:
            return reminder.write(_reminder(said), **look)
        case MailKind.ADDRESS_CHANGED:
            return address_changed.write(_changed(_change(due), language, shape), **look)
    raise MailError(f"{due.kind} needs a variant")


def _choices(subscription: Subscription, language: str) -> dict[str, Any]:
    themes = pickable_by_id(chosen.theme_id for chosen in subscription.themes)
    return {
        "editions": subscription.receives_editions,
        "cadence": subscription.cadence.value,
        "theme_names": [theme.name(language) for theme in themes],
        "editions_per_year": magazine().editions_per_year,
    }


def _latest() -> dict[str, Any] | None:
    edition = latest_published()
    if edition is None or edition.appeared_on is None:
        return None
    return {
        "key": edition.key,
        "volume": edition.volume,
        "number": edition.number,
        "numbers_in_year": edition.numbers_in_year,
        "title": edition.title,
        "appears_on": edition.appeared_on.isoformat(),
    }


def _paused_until(subscription: Subscription, at: datetime) -> str | None:
    """The day on which mail comes again, on Amsterdam's calendar, when that is still to come."""
    until = subscription.paused_until
    return clock.local(until).date().isoformat() if until is not None and until > at else None


def _welcome(said: Mapping[str, Any]) -> welcome.Welcome:
    latest, until = said["latest"], said["paused_until"]
    return welcome.Welcome(
        said["language"],
        said["format"],
        Choices(**said["choices"]),
        latest and LatestEdition(
            **{**latest, "appears_on": date.fromisoformat(latest["appears_on"])}
        ),
        date.fromisoformat(until) if until else None,
    )


def _subscription(subscriber_id: int) -> Subscription:
    found = db.session.get(Subscription, subscriber_id)
    if found is None:
        raise MailError("no subscription")
    return found


def _reminder(said: Mapping[str, Any]) -> reminder.Reminder:
    missing = tuple(reminder.Missing(each["what"], each["title"]) for each in said["missing"])
    return reminder.Reminder(
        said["language"], said["format"], said["key"], said["title"], said["deadline"],
        clock.local(datetime.fromisoformat(said["deadline_at"])), missing,
    )


def _change(due: Due) -> AddressChange:
    found = db.session.get(AddressChange, int(due.params["change_id"]))
    if found is None:
        raise MailError("no change of address")
    return found


def _changed(change: AddressChange, language: str, shape: str) -> address_changed.AddressChanged:
    if change.new_address is None or change.confirmed_at is None:
        raise MailError("no change of address")
    return address_changed.AddressChanged(
        language, shape, mask(change.new_address), clock.local(change.confirmed_at)
    )
