"""Reads the seed files into frozen dataclasses, without a database or a clock."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of the magazine in one scheme, each as `#RRGGBB`."""

    paper: str
    sheet: str
    ink: str
    ink_soft: str
    rule: str
    edge: str
    green: str
    on_green: str
    deep: str
    on_deep: str
    leaf: str
    tint: str


@dataclass(frozen=True, slots=True)
class MagazineFacts:
    """Who the magazine is; `timezone` is an IANA name, volume = year - `volume_base_year`."""

    name: str
    issn: str
    tagline_nl: str
    tagline_en: str
    publisher: str
    editor_in_chief: str
    editor: str
    association: str
    association_short: str
    postal_address: str
    site: str
    editors_mail: str
    partnerships_mail: str
    timezone: str
    volume_base_year: int
    editions_per_year: int
    colours: Colours
    colours_dark: Colours


@dataclass(frozen=True, slots=True)
class ThemeFacts:
    """One theme in both languages; `sign` names its drawing."""

    slug: str
    name_nl: str
    name_en: str
    sentence_nl: str
    sentence_en: str
    sign: str


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """An association that offers the magazine; `site` is an origin such as `https://x.nl`."""

    slug: str
    name: str
    site: str
    sentence_nl: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """One article; `themes` are slugs, the best one first; `released_on` is a local day."""

    slug: str
    kind: str
    title: str
    subject: str | None
    authors: tuple[str, ...]
    page: int
    themes: tuple[str, ...]
    section: str | None
    summary: str
    released_on: date


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """One edition with its articles in page order; `appeared_on` is a local day."""

    volume: int
    number: int
    numbers_in_year: int
    appeared_on: date
    title: str
    editorial: str
    articles: tuple[ArticleFacts, ...]

    @property
    def key(self) -> str:
        """Volume and number as they stand in addresses, such as `14-2`."""
        return f"{self.volume}-{self.number}"


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """An invented organisation; its domain lies under `.example` (RFC 2606)."""

    name: str
    domain: str
    kind: str


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What demo readers are called and where they work."""

    first_names: tuple[str, ...]
    surnames: tuple[str, ...]
    organisations: tuple[OrganisationFacts, ...]


def magazine() -> MagazineFacts:
    """The identity of the magazine.

    Raises TypeError when a field is missing or unknown, KeyError when a table is missing.
    """
    facts = _parse("magazine")
    colours = Colours(**facts.pop("colours"))
    colours_dark = Colours(**facts.pop("colours_dark"))
    return MagazineFacts(**facts, colours=colours, colours_dark=colours_dark)


def themes() -> tuple[ThemeFacts, ...]:
    """All themes in the order readers see them. Raises as `magazine` does."""
    return tuple(ThemeFacts(**theme) for theme in _parse("themes")["themes"])


def partners() -> tuple[PartnerFacts, ...]:
    """All partners, oldest first. Raises as `magazine` does."""
    return tuple(PartnerFacts(**partner) for partner in _parse("partners")["partners"])


def editions() -> tuple[EditionFacts, ...]:
    """The published editions, oldest first. Raises as `magazine` does."""
    return tuple(_edition(facts) for facts in _parse("editions")["editions"])


def names() -> NameFacts:
    """Names and organisations for demo readers. Raises as `magazine` does."""
    facts = _parse("names")
    return NameFacts(
        first_names=tuple(facts["first_names"]),
        surnames=tuple(facts["surnames"]),
        organisations=tuple(OrganisationFacts(**entry) for entry in facts["organisations"]),
    )


def _edition(facts: dict[str, Any]) -> EditionFacts:
    # An article became available for sending with its edition, so the file says that day once.
    articles = tuple(
        _article(article, released_on=facts["appeared_on"]) for article in facts.pop("articles")
    )
    return EditionFacts(**facts, articles=articles)


def _article(facts: dict[str, Any], *, released_on: date) -> ArticleFacts:
    # TOML has no null: the two fields that may be absent get their None here.
    optional = {"subject": None, "section": None}
    lists = {"authors": tuple(facts.pop("authors")), "themes": tuple(facts.pop("themes"))}
    return ArticleFacts(**(optional | facts | lists), released_on=released_on)


def _parse(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
