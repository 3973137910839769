"""The mail of a digest: its short texts, its blocks, and what many selections have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from newsletter.deliveries.models import MailKind
from newsletter.emails import templates
from newsletter.emails.blocks import (
    BOTTOM,
    HAIRLINE,
    LINKS,
    LINKS_END,
    TOP,
    article,
    digest_opening,
    heading,
    link,
    more,
)
from newsletter.emails.notices import NoticeLine, lines_of, order_of
from newsletter.emails.say import Say
from newsletter.emails.words import words_of
from newsletter.mailings.contents import (
    ArticleItem,
    DigestSelection,
    NoticeItem,
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
class Plan:
    """Every block that the selections of one language need, each once."""

    openings: tuple[Opening, ...]
    headings: tuple[Heading, ...]
    articles: tuple[ArticleItem, ...]
    links: tuple[ArticleItem, ...]
    left_out: tuple[int, ...]
    notices: tuple[NoticeLine, ...]


def plan(selections: Iterable[DigestSelection], *, language: str) -> Plan:
    """What must be compiled for these selections of one language."""
    openings: dict[str, Opening] = {}
    headings: dict[str, Heading] = {}
    articles: dict[int, ArticleItem] = {}
    links: dict[int, ArticleItem] = {}
    left_out: set[int] = set()
    notices: dict[NoticeItem, None] = {}
    for selection in selections:
        opening = _opening(selection, language)
        openings[opening.name] = opening
        for section in selection.sections:
            head = _heading(section, language)
            headings[head.name] = head
            articles.update((item.id, item) for item in section.items)
        links.update((item.id, item) for item in selection.links)
        notices.update(dict.fromkeys(selection.notices))
        if selection.more:
            left_out.add(selection.more)
    return Plan(
        tuple(openings.values()),
        tuple(headings.values()),
        tuple(articles.values()),
        tuple(links.values()),
        tuple(sorted(left_out)),
        lines_of(notices, language),
    )


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
        names += [LINKS, *(link(item.id) for item in selection.links), LINKS_END]
    if selection.more:
        names.append(more(selection.more))
    return (*names, BOTTOM)


def text_order(
    selection: DigestSelection, notices: Iterable[NoticeItem]
) -> tuple[str, ...]:
    """The names of the blocks of the plain text."""
    return tuple(name for name in html_order(selection, notices) if name != HAIRLINE)


def subject(selection: DigestSelection) -> str:
    """The first article's title and how many others there are, in about 70 characters."""
    titles = [item.title for section in selection.sections for item in section.items]
    return _line("subject", selection.language, title=titles[0], others=len(titles) - 1,
                 is_catch_up=selection.is_catch_up)


def preheader(selection: DigestSelection) -> str:
    """How many articles, and in which themes."""
    count = sum(len(section.items) for section in selection.sections)
    return _line("preheader", selection.language, count=count, themes=_theme_names(selection),
                 all=len(selection.article_ids), is_catch_up=selection.is_catch_up)


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


def _name(section: ThemeSection, language: str) -> str:
    return section.name_en if language == "en" else section.name_nl


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
