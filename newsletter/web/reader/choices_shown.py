"""What the readers' pages show of choices: themes, rhythm in words, and what is received now."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from newsletter import addresses
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import magazine, pickable_by_id
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import Cadence, Subscription, SubscriptionStatus
from newsletter.web import dates
from newsletter.web.languages import current_language
from newsletter.web.reader.forms import SECTORS


@dataclass(frozen=True)
class Receives:
    """What a reader gets as things stand."""

    editions: bool
    digests: bool


@dataclass(frozen=True)
class ChoicesShown:
    """Choices as a list of facts."""

    editions: bool
    themes: list[Theme]
    cadence: Cadence


def receives(subscription: Subscription) -> Receives:
    """What the subscription brings now; nothing unless it is active."""
    active = subscription.status is SubscriptionStatus.ACTIVE
    return Receives(
        editions=active and subscription.receives_editions,
        digests=active and subscription.cadence is not Cadence.NONE,
    )


def facts_of(subscription: Subscription) -> dict[str, Any]:
    """The context of `pages/reader/_choices.html`; the address masked, for links are forwarded."""
    return {
        "address": addresses.mask(subscription.subscriber.address or ""),
        "choices": ChoicesShown(
            editions=subscription.receives_editions,
            themes=pickable_by_id(chosen.theme_id for chosen in subscription.themes),
            cadence=subscription.cadence,
        ),
        **rhythm(),
    }


def details_in_words(details: Details) -> list[tuple[str, str]]:
    """What was filled in beside the address, each with what it is called; nothing for the rest."""
    sector = str(dict(SECTORS)[details.sector.value]) if details.sector else None
    every = [
        (_("Naam"), details.name),
        (_("Organisatie"), details.organisation),
        (_("Waar je werkt"), sector),
    ]
    return [(called, words) for called, words in every if words]


def rhythm() -> dict[str, str]:
    """When digests leave, in words for the middle of a sentence, after the house's slots."""
    shown = magazine()
    lang = current_language()
    day = dates.weekday_name(shown.weekly_weekday, lang)
    return {
        "weekly_on": _("op %(day)s", day=day),
        "monthly_on": _("op de %(day)se van elke maand", day=shown.monthly_day),
    }
