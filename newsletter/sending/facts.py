"""Facts: what a mail to one reader says, fixed at its first claim."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import jinja2

from newsletter import clock
from newsletter.catalogue.queries import magazine, pickable_by_id
from newsletter.deliveries.claim import Due
from newsletter.deliveries.models import MailKind
from newsletter.editions.content import day_named
from newsletter.editions.queries import latest_published
from newsletter.errors import MailError, NewsletterError
from newsletter.extensions import db
from newsletter.mailings.carry_notices import carry_by
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from newsletter.subscribers.queries import Recipient

# What a template or a row of nonsense can raise: that one delivery fails, the others go on (R18).
FAULTS = (NewsletterError, jinja2.TemplateError, LookupError, TypeError, ValueError)

# To her own address and about her subscription; one that asks to confirm says nothing else.
BRINGS_NOTICES = (MailKind.WELCOME, MailKind.MANAGE_LINK, MailKind.ALREADY_SUBSCRIBED)


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
    if edition is None:
        return None
    return {
        "key": edition.key,
        "volume": edition.volume,
        "number": edition.number,
        "numbers_in_year": edition.numbers_in_year,
        "title": edition.title,
        "appears_on": day_named(edition).isoformat(),
    }


def _paused_until(subscription: Subscription, at: datetime) -> str | None:
    """The day on which mail comes again, on Amsterdam's calendar, when that is still to come."""
    until = subscription.paused_until
    return clock.local(until).date().isoformat() if until is not None and until > at else None


def _subscription(subscriber_id: int) -> Subscription:
    found = db.session.get(Subscription, subscriber_id)
    if found is None:
        raise MailError("no subscription")
    return found
