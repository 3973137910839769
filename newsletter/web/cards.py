"""An edition as pages show it: cover, month, themes and sections, read once.

Of one that we sent its words are the frozen ones, whatever was changed since (promise 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.articles.queries import public_slugs
from newsletter.catalogue.models import Theme
from newsletter.editions.content import day_named, sections_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import latest_published, read_items
from newsletter.mailings.contents import ArticleItem, ThemeMark
from newsletter.mailings.edition_page import EditionPage
from newsletter.mailings.queries import pages_sent
from newsletter.web import dates
from newsletter.web.cover import CoverFacts
from newsletter.web.languages import current_language
from newsletter.web.pages import masthead


@dataclass(frozen=True)
class SentArticle:
    """An article as it was frozen with its edition; `slug` is None while nobody can read it."""

    id: int
    slug: str | None
    kind: str
    title: str
    subject: str | None
    authors: tuple[str, ...]
    summary: str
    page: int | None
    language: str
    shown_themes: tuple[ThemeMark, ...]


@dataclass(frozen=True)
class Section:
    """Articles under one heading; without a title they stand under the edition's own."""

    title: str
    articles: tuple[Article | SentArticle, ...]


@dataclass(frozen=True)
class EditionCard:
    """What a page shows of an edition; `on` is a day of the month that it names.

    `is_frozen` says that its words are those that were sent, and not those of now.
    """

    key: str
    volume: int
    number: int
    numbers_in_year: int
    title: str
    on: date
    month: str
    editorial_md: str
    themes: tuple[Theme | ThemeMark, ...]
    sections: tuple[Section, ...]
    facts: CoverFacts
    is_frozen: bool = False

    @property
    def articles(self) -> tuple[Article | SentArticle, ...]:
        """All articles in the order of the edition."""
        return tuple(article for section in self.sections for article in section.articles)


def cards_of(editions: Sequence[Edition], *, lang: str) -> list[EditionCard]:
    """The cards of editions that appeared: as they were sent, where that was frozen."""
    wordmark = masthead().wordmark
    pages = pages_sent([edition.id for edition in editions])
    public = addresses_of(pages.values())
    read_items([edition for edition in editions if edition.id not in pages])
    return [
        frozen_card(edition, pages[edition.id], public, wordmark=wordmark, lang=lang)
        if edition.id in pages else card_of(edition, wordmark=wordmark, lang=lang)
        for edition in editions
    ]


def addresses_of(pages: Iterable[EditionPage]) -> dict[int, str]:
    """The slugs of the articles on these pages that can be read now, by their ids."""
    ids = {item.id for page in pages for item in page.articles}
    return public_slugs(ids, clock.now()) if ids else {}


def frozen_card(
    edition: Edition, page: EditionPage, public: Mapping[int, str], *,
    wordmark: tuple[str, str], lang: str,
) -> EditionCard:
    """The card of an edition with the words of this page; `public` is what can be opened."""
    return _card(
        edition, on=page.month or day_named(edition),
        title=page.title, editorial_md=page.editorial_md, is_frozen=True,
        sections=tuple(
            Section(section.title or "", tuple(_sent(item, public) for item in section.items))
            for section in page.sections
        ),
        wordmark=wordmark, lang=lang,
    )


def card_of(edition: Edition, *, wordmark: tuple[str, str], lang: str) -> EditionCard:
    """The card of an edition as it stands now, its month in the page's language."""
    return _card(
        edition, on=day_named(edition),
        title=edition.title, editorial_md=edition.editorial_md, is_frozen=False,
        sections=tuple(
            Section(title, tuple(item.article for item in items))
            for title, items in sections_of(edition)
        ),
        wordmark=wordmark, lang=lang,
    )


def _sent(item: ArticleItem, public: Mapping[int, str]) -> SentArticle:
    return SentArticle(
        id=item.id, slug=public.get(item.id), kind=item.kind, title=item.title,
        subject=item.subject, authors=item.authors, summary=item.summary, page=item.page,
        language=item.language, shown_themes=item.themes,
    )


def _card(
    edition: Edition, *, on: date, title: str, editorial_md: str,
    sections: tuple[Section, ...], is_frozen: bool, wordmark: tuple[str, str], lang: str,
) -> EditionCard:
    articles = [article for section in sections for article in section.articles]
    themes = tuple(dict.fromkeys(theme for article in articles for theme in article.shown_themes))
    month = dates.month_in_words(on, lang)
    return EditionCard(
        key=edition.key,
        volume=edition.volume,
        number=edition.number,
        numbers_in_year=edition.numbers_in_year,
        title=title,
        on=on,
        month=month,
        editorial_md=editorial_md,
        themes=themes,
        sections=sections,
        is_frozen=is_frozen,
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
            month=dates.month_name(day_named(edition), lang),
            key=edition.key if edition.status == EditionStatus.PUBLISHED else None,
            this=edition.key == this,
        )
        for edition in editions
        if edition.status == EditionStatus.PUBLISHED or edition.send_at > now
    ]


def latest_card() -> EditionCard | None:
    """The edition that appeared last, or None before the first."""
    edition = latest_published()
    if edition is None:
        return None
    return cards_of([edition], lang=current_language())[0]
