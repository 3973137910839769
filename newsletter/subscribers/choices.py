"""What a reader chose, as one value: checked here, stored elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter import clock
from newsletter.catalogue.queries import (
    are_pickable,
    heirs_of,
    keep_themes,
    pickable_by_id,
    themes_by_id,
)
from newsletter.errors import BadInput
from newsletter.subscribers.models import (
    Cadence,
    ChosenTheme,
    Language,
    MailFormat,
    Subscription,
)


@dataclass(frozen=True)
class Choices:
    """Editions, cadence, themes, language and format."""

    receives_editions: bool = True
    cadence: Cadence = Cadence.NONE
    theme_ids: frozenset[int] = frozenset()
    language: Language = Language.NL
    format: MailFormat = MailFormat.MAIL

    @property
    def nothing_chosen(self) -> bool:
        """Editions off and no digest: there is nothing left to send."""
        return not self.receives_editions and self.cadence is Cadence.NONE

    @property
    def brings_no_theme(self) -> bool:
        """A digest, and nothing for it to be about."""
        return self.cadence is not Cadence.NONE and not self.theme_ids

    def as_json(self) -> dict[str, Any]:
        """The choices for a row that waits; themes by id."""
        return {
            "editions": self.receives_editions,
            "cadence": self.cadence.value,
            "themes": sorted(self.theme_ids),
            "language": self.language.value,
            "format": self.format.value,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Choices":
        """The choices that `as_json` wrote. Raises KeyError or ValueError on anything else."""
        return cls(
            receives_editions=bool(kept["editions"]),
            cadence=Cadence(kept["cadence"]),
            theme_ids=frozenset(kept["themes"]),
            language=Language(kept["language"]),
            format=MailFormat(kept["format"]),
        )


def check(choices: Choices) -> None:
    """Raises BadInput at `themes` when a digest has nothing to be about, or a theme is unknown."""
    if choices.brings_no_theme:
        raise BadInput("themes", "none_chosen")
    keep_themes()
    if not are_pickable(choices.theme_ids):
        raise BadInput("themes", "unknown")


def of(subscription: Subscription) -> Choices:
    """The choices that a subscription holds now, as far as she can pick them."""
    themes = pickable_by_id(chosen.theme_id for chosen in subscription.themes)
    return Choices(
        receives_editions=subscription.receives_editions,
        cadence=subscription.cadence,
        theme_ids=frozenset(theme.id for theme in themes),
        language=subscription.language,
        format=subscription.format,
    )


def store(choices: Choices, subscription: Subscription, *, now: datetime) -> None:
    """Write choices into a subscription; a theme that stays keeps the moment it was chosen.

    One that nobody can pick any more stays as long as she follows a theme in which it goes on, or
    any theme when it goes on in none: what was due by it comes, and its return finds her there.
    """
    subscription.receives_editions = choices.receives_editions
    if subscription.cadence is not choices.cadence:
        subscription.is_reckoned_anew = True
        if subscription.cadence is Cadence.NONE:
            subscription.cadence_since = now
    subscription.cadence = choices.cadence
    subscription.language = choices.language
    subscription.format = choices.format
    past = set() if choices.nothing_chosen else _past_themes(subscription, choices.theme_ids)
    stays = choices.theme_ids | past
    kept = [chosen for chosen in subscription.themes if chosen.theme_id in stays]
    new = choices.theme_ids - {chosen.theme_id for chosen in kept}
    subscription.themes = kept + [
        ChosenTheme(theme_id=theme_id, chosen_at=now) for theme_id in sorted(new)
    ]


def _past_themes(subscription: Subscription, followed: Collection[int]) -> set[int]:
    hers = themes_by_id(chosen.theme_id for chosen in subscription.themes)
    past = [theme.id for theme in hers if theme.retired_at is not None]
    if not past or (not followed and len(past) < len(hers)):
        return set()  # she follows none any more
    heirs = heirs_of(past)
    reached = set(followed)
    # A theme may go on in one that went on in another.
    while more := {each for each in past if each not in reached
                   and (each not in heirs or heirs[each] & reached)}:
        reached |= more
    return reached.intersection(past)


def as_record(choices: Choices) -> dict[str, Any]:
    """The choices as the consent ledger keeps them: words that still speak in ten years."""
    return as_records([choices])[0]


def as_records(many: Sequence[Choices]) -> list[dict[str, Any]]:
    """As `as_record`, of many at once with one statement."""
    every = themes_by_id(frozenset().union(*(each.theme_ids for each in many)))
    return [
        {
            "editions": choices.receives_editions,
            "cadence": choices.cadence.value,
            "themes": [theme.slug for theme in every if theme.id in choices.theme_ids],
            "language": choices.language.value,
            "format": choices.format.value,
        }
        for choices in many
    ]


def record_of(subscription: Subscription) -> dict[str, Any]:
    """What the ledger keeps of a subscription: its choices, and until when it is paused."""
    until = subscription.paused_until
    return {
        **as_record(of(subscription)),
        "paused_until": clock.local(until).date().isoformat() if until else None,
    }
