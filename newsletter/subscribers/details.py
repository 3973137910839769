"""What a reader may say of herself beside her address; nothing of it is needed (P08)."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from newsletter.errors import BadInput
from newsletter.subscribers.models import Sector, Subscriber

LONGEST = 200  # characters


@dataclass(frozen=True)
class Details:
    """Name, organisation and sector; None where nothing was said."""

    name: str | None = None
    organisation: str | None = None
    sector: Sector | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything was filled in."""
        return self != Details()


def read(*, name: str = "", organisation: str = "", sector: str = "") -> Details:
    """The details as typed, trimmed; empty means nothing was said.

    Raises BadInput at the field: a control or direction character, too long, no such sector.
    """
    if sector and sector not in set(Sector):
        raise BadInput("sector", "unknown_sector")
    return Details(
        name=_line("name", name),
        organisation=_line("organisation", organisation),
        sector=Sector(sector) if sector else None,
    )


def of(subscriber: Subscriber) -> Details:
    """What we hold of a subscriber."""
    return Details(subscriber.name, subscriber.organisation, subscriber.sector)


def store(details: Details, subscriber: Subscriber) -> None:
    """Keep the details in place of what we held."""
    subscriber.name = details.name
    subscriber.organisation = details.organisation
    subscriber.sector = details.sector


def as_record(details: Details) -> dict[str, Any]:
    """The details as plain words."""
    return {
        "name": details.name,
        "organisation": details.organisation,
        "sector": details.sector.value if details.sector else None,
    }


def _line(field: str, typed: str) -> str | None:
    words = " ".join(typed.split())
    # Control, format (bidi, zero-width) and unassigned characters can only deceive (W09, M14).
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") for c in words):
        raise BadInput(field, "strange_character")
    if len(words) > LONGEST:
        raise BadInput(field, "too_long_words")
    return words or None
