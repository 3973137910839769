"""The mail of a digest: its short texts, its blocks, and what many selections have in common."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from newsletter.deliveries.models import MailKind
from newsletter.emails import templates
from newsletter.emails.blocks import (
    BOTTOM,
    HAIRLINE,
    LINKS_END,
    LINKS_LIST,
    MORE,
    MORE_END,
    TOP,
    article,
    digest_opening,
    heading,
    link,
    links_heading,
    more,
)
from newsletter.emails.edition import CONTENT_LANGUAGE
from newsletter.emails.notices import NoticeLine, lines_of, order_of
from newsletter.emails.say import Say
from newsletter.emails.words import words_of
from newsletter.emails.written import TEXT
from newsletter.mailings.contents import (
    ArticleItem,
    DigestSelection,
    NoticeItem,
    ThemeRest,
    ThemeSection,
)

_KIND = MailKind.DIGEST


@dataclass(frozen=True)
class Opening:
    """The head of one slot: its week or month, its day, and what an editor says on top."""

    name: str
    figure: str
    day: str
    is_catch_up: bool
    line: str


@dataclass(frozen=True)
class Heading:
    """The heading of a theme in one language."""

    name: str
    theme: str
    under: str


@dataclass(frozen=True)
class LinksHeading:
    """The heading above the articles that are titles with a link."""

    name: str
    words: str
    under: str


@dataclass(frozen=True)
class More:
    """How many more articles stand on the page of a theme, in one language."""

    name: str
    slug: str
    words: str


@dataclass(frozen=True)
class Plan:
    """Every block that the selections of one language need, each once."""

    openings: tuple[Opening, ...]
    headings: tuple[Heading, ...]
    articles: tuple[ArticleItem, ...]
    links_headings: tuple[LinksHeading, ...]
    links: tuple[ArticleItem, ...]
    more: tuple[More, ...]
    notices: tuple[NoticeLine, ...]


def plan(selections: Iterable[DigestSelection], *, language: str) -> Plan:
    """What must be compiled for these selections of one language."""
    openings: dict[str, Opening] = {}
    headings: dict[str, Heading] = {}
    articles: dict[int, ArticleItem] = {}
    links: dict[int, ArticleItem] = {}
    links_headings: dict[str, LinksHeading] = {}
    rest: dict[str, More] = {}
    notices: dict[NoticeItem, None] = {}
    for selection in selections:
        opening = _opening(selection, language)
        openings[opening.name] = opening
        for section in selection.sections:
            head = _heading(section, language)
            headings[head.name] = head
            articles.update((item.id, item) for item in section.items)
        titles = _may_be_titles(selection)
        if titles:
            above = _links_heading(selection, language)
            links_headings[above.name] = above
            links.update((item.id, item) for item in titles)
        rest.update((each.name, each) for each in _more(selection, language))
        notices.update(dict.fromkeys(selection.notices))
    return Plan(
        tuple(openings.values()),
        tuple(headings.values()),
        tuple(articles.values()),
        tuple(links_headings.values()),
        tuple(links.values()),
        tuple(rest.values()),
        lines_of(notices, language),
    )


def shorter(selection: DigestSelection) -> DigestSelection | None:
    """The same articles with one fewer in full, which is the first title; None of the last one.

    It is the last of the longest section, so that what an editor pinned stays as long as it can.
    """
    counts = [len(section.items) for section in selection.sections]
    if sum(counts) < 2:
        return None
    place = len(counts) - 1 - counts[::-1].index(max(counts))
    section = selection.sections[place]
    kept = (replace(section, items=section.items[:-1]),) if len(section.items) > 1 else ()
    return replace(
        selection,
        sections=(*selection.sections[:place], *kept, *selection.sections[place + 1:]),
        links=(section.items[-1], *selection.links),
    )


def as_compiled(selection: DigestSelection, names: Iterable[str]) -> DigestSelection:
    """The selection as a variant with blocks of these names shows it, some of it in short."""
    in_full = {name for name in names if name.startswith("article:")}
    while sum(len(section.items) for section in selection.sections) > len(in_full):
        fewer = shorter(selection)
        if fewer is None:
            break
        selection = fewer
    return selection


def html_order(
    selection: DigestSelection, notices: Iterable[NoticeItem]
) -> tuple[str, ...]:
    """The names of the blocks of the HTML: a hairline between articles, not under a heading."""
    names = [TOP, _opening_name(selection), *order_of(notices)]
    for section in selection.sections:
        names.append(heading(section.theme_id, len(section.items)))
        for place, item in enumerate(section.items):
            names += [HAIRLINE, article(item.id)] if place else [article(item.id)]
    if selection.links:
        names += [links_heading(is_catch_up=selection.is_catch_up), LINKS_LIST]
        names += [*(link(item.id) for item in selection.links), LINKS_END]
    if selection.rest:
        names += [MORE, *(more(each.theme_id, each.count) for each in selection.rest), MORE_END]
    return (*names, BOTTOM)


def text_order(
    selection: DigestSelection, notices: Iterable[NoticeItem]
) -> tuple[str, ...]:
    """The names of the blocks of the plain text."""
    return tuple(name for name in html_order(selection, notices)
                 if name not in (HAIRLINE, LINKS_LIST))


def called(name: str, language: str) -> str:
    """What a screen reader calls the mail where the titles in its subject are not in its language.

    Empty where they are. `name` is the magazine's.
    """
    return "" if language == CONTENT_LANGUAGE else f"{name}: {words_of(_KIND, language).title}"


def lines(selection: DigestSelection) -> dict[str, str]:
    """The short texts, by name."""
    return {"subject": subject(selection), "preheader": preheader(selection),
            "why": why(selection)}


def subject(selection: DigestSelection) -> str:
    """The first article's title and how many others are in the mail, in about 70 characters."""
    titles = [item.title for section in selection.sections for item in section.items]
    others = len(titles) - 1 + len(selection.links)
    return _line("subject", selection.language, title=titles[0], others=others,
                 is_catch_up=selection.is_catch_up)


def preheader(selection: DigestSelection) -> str:
    """How many articles are in the mail, of a catch-up how many appeared; and in which themes."""
    in_full = sum(len(section.items) for section in selection.sections)
    count = (len(selection.article_ids) if selection.is_catch_up
             else in_full + len(selection.links))
    return _line("preheader", selection.language, count=count, themes=_theme_names(selection),
                 is_among=count > in_full, is_catch_up=selection.is_catch_up)


def why(selection: DigestSelection) -> str:
    """Why this reader gets it: the themes that matched, the cadence, and the slot's day."""
    say = Say(selection.language, words_of(_KIND, selection.language))
    return _line("why", selection.language, themes=_theme_names(selection),
                 cadence=selection.cadence, day=say.day(selection.slot_on),
                 is_catch_up=selection.is_catch_up)


# Selections that differ in format, or in articles of the same themes, say the same.
@lru_cache(maxsize=8_192)
def _line(name: str, language: str, **context: Any) -> str:
    return templates.line(_KIND, name, language=language, context=context)


def _theme_names(selection: DigestSelection) -> tuple[str, ...]:
    return tuple(_name(section, selection.language) for section in selection.sections)


def _name(theme: ThemeSection | ThemeRest, language: str) -> str:
    return theme.name_en if language == "en" else theme.name_nl


def _opening_name(selection: DigestSelection) -> str:
    return digest_opening(selection.cadence, selection.slot_on,
                          is_catch_up=selection.is_catch_up)


def _opening(selection: DigestSelection, language: str) -> Opening:
    slot_on = selection.slot_on
    words = words_of(_KIND, language)
    say = Say(language, words)
    weekly = words.week.format(say.week(slot_on))
    figure = say.first_capital(say.month(slot_on)) if selection.cadence == "monthly" else weekly
    day = say.first_capital(say.day(slot_on))
    return Opening(_opening_name(selection), figure, day, selection.is_catch_up, selection.line)


def _heading(section: ThemeSection, language: str) -> Heading:
    words = words_of(_KIND, language)
    count = len(section.items)
    under = words.section_one if count == 1 else words.section_more.format(count)
    return Heading(heading(section.theme_id, count), _name(section, language), under)


def _may_be_titles(selection: DigestSelection) -> tuple[ArticleItem, ...]:
    """Its titles, and what becomes one when the mail would be too large."""
    in_full = [item for section in selection.sections for item in section.items]
    is_plain = selection.format == TEXT
    return (*selection.links, *(() if is_plain or len(in_full) < 2 else in_full))


def _links_heading(selection: DigestSelection, language: str) -> LinksHeading:
    words = words_of(_KIND, language)
    above = words.links_catch_up if selection.is_catch_up else words.links_title
    return LinksHeading(links_heading(is_catch_up=selection.is_catch_up), above, words.links_under)


def _more(selection: DigestSelection, language: str) -> tuple[More, ...]:
    words = words_of(_KIND, language)
    say = Say(language, words)
    return tuple(
        More(more(each.theme_id, each.count), each.slug,
             words.more_one.format(theme=_name(each, language)) if each.count == 1
             else words.more_many.format(theme=_name(each, language), count=say.number(each.count)))
        for each in selection.rest
    )
