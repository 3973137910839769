"""An edition as pages show it: cover, month, themes and sections, read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import latest_published
from newsletter.web import dates
from newsletter.web.cover import CoverFacts
from newsletter.web.languages import current_language
from newsletter.web.pages import masthead


@dataclass(frozen=True)
class Section:
    """Articles under one heading; without a title they stand under the edition's own."""

    title: str
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class EditionCard:
    """What a page shows of an edition; `on` is the day it appeared or will, in Amsterdam."""

    key: str
    volume: int
    number: int
    numbers_in_year: int
    title: str
    on: date
    month: str
    editorial_md: str
    themes: tuple[Theme, ...]
    sections: tuple[Section, ...]
    facts: CoverFacts

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles in the order of the edition."""
        return tuple(article for section in self.sections for article in section.articles)


def card_of(edition: Edition, *, wordmark: tuple[str, str], lang: str) -> EditionCard:
    """The card of an edition, its month in the page's language."""
    articles = [item.article for item in edition.items]
    themes = tuple(dict.fromkeys(theme for article in articles for theme in article.shown_themes))
    on = day_of(edition)
    month = dates.month_in_words(on, lang)
    return EditionCard(
        key=edition.key,
        volume=edition.volume,
        number=edition.number,
        numbers_in_year=edition.numbers_in_year,
        title=edition.title,
        on=on,
        month=month,
        editorial_md=edition.editorial_md,
        themes=themes,
        sections=tuple(
            Section(title, tuple(item.article for item in items))
            for title, items in groupby(edition.items, key=lambda item: item.section)
        ),
        facts=CoverFacts(
            volume=edition.volume,
            number=edition.number,
            numbers_in_year=edition.numbers_in_year,
            month=month,
            wordmark=wordmark,
            signs=tuple(theme.sign for theme in themes),
        ),
    )


@dataclass(frozen=True)
class YearPlace:
    """One number in the strip of a year; `key` is None while it cannot be opened."""

    volume: int
    number: int
    month: str
    key: str | None
    this: bool


def year_strip(
    editions: Sequence[Edition], *, this: str | None, lang: str, now: datetime
) -> list[YearPlace]:
    """The numbers of one year in order: those that appeared can be opened, others are to come.

    A number whose day went by without appearing is left out: a reader can neither read nor expect
    it.
    """
    return [
        YearPlace(
            volume=edition.volume,
            number=edition.number,
            month=dates.month_name(day_of(edition), lang),
            key=edition.key if edition.status == EditionStatus.PUBLISHED else None,
            this=edition.key == this,
        )
        for edition in editions
        if edition.status == EditionStatus.PUBLISHED or edition.send_at > now
    ]


def day_of(edition: Edition) -> date:
    """The day an edition appeared, or is to appear, on Amsterdam's clock."""
    if edition.appeared_on is not None:
        return edition.appeared_on
    return clock.local(edition.published_at or edition.send_at).date()


def latest_card() -> EditionCard | None:
    """The edition that appeared last, or None before the first."""
    edition = latest_published()
    if edition is None:
        return None
    return card_of(edition, wordmark=masthead().wordmark, lang=current_language())
