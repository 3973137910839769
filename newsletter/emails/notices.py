"""Notices in a mail: the lines that a reader is owed, between its head and its articles."""

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.emails.blocks import NOTICES, NOTICES_END, notice
from newsletter.mailings.contents import NoticeItem


@dataclass(frozen=True)
class NoticeLine:
    """A notice in one language; `language` is that of its words, `slug` an article's or none."""

    name: str
    text: str
    language: str
    slug: str | None


def lines_of(items: Iterable[NoticeItem], language: str) -> tuple[NoticeLine, ...]:
    """The notices in a mail's language, each once; without an English text the Dutch one."""
    return tuple(
        NoticeLine(notice(item.id), item.text_en, "en", item.slug)
        if language == "en" and item.text_en is not None
        else NoticeLine(notice(item.id), item.text_nl, "nl", item.slug)
        for item in dict.fromkeys(items)
    )


def order_of(items: Iterable[NoticeItem]) -> tuple[str, ...]:
    """The names of their blocks under one heading; nothing without notices."""
    names = tuple(notice(item.id) for item in items)
    return (NOTICES, *names, NOTICES_END) if names else ()
