"""What the page of an edition shows, as plain words: kept and hashed with its mail (promise 5)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsletter.mailings.contents import ArticleItem, EditionContent, Section, ThemeMark


@dataclass(frozen=True)
class EditionPage:
    """The frozen words of an edition's page, its articles in their order.

    `month` is the first day of the month that its mail names, None of a page that was kept before
    months were.
    """

    title: str
    editorial_md: str
    sections: tuple[Section, ...]
    month: date | None = None

    @property
    def articles(self) -> tuple[ArticleItem, ...]:
        """All articles in the order of the edition."""
        return tuple(item for section in self.sections for item in section.items)


def page_of(content: EditionContent) -> dict[str, Any]:
    """What the edition's page shows, fit for JSON.

    Named one by one, here and below, so that a field that only mails need is no other page: the
    picture of an article, for one. Of its day it keeps year and month, which is all that pages and
    mails say of it: moved to another day of that month, what was approved is the same.
    """
    return {
        "month": content.appears_on.isoformat()[:len("2026-11")],
        "title": content.title,
        "editorial_md": content.editorial_md,
        "sections": [
            {"title": section.title, "articles": [_kept(item) for item in section.items]}
            for section in content.sections
        ],
    }


def hash_of_page(page: Mapping[str, Any]) -> str:
    """The SHA-256 of the page, whatever the order in which its names were kept."""
    return hashlib.sha256(
        json.dumps(page, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def read_page(page: Mapping[str, Any]) -> EditionPage:
    """The page as it was kept; what it has besides is left."""
    month = page.get("month")
    return EditionPage(
        month=date.fromisoformat(f"{month}-01") if month is not None else None,
        title=page["title"],
        editorial_md=page["editorial_md"],
        sections=tuple(
            Section(section["title"], tuple(_read(each) for each in section["articles"]))
            for section in page["sections"]
        ),
    )


def _kept(item: ArticleItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "slug": item.slug,
        "kind": item.kind,
        "title": item.title,
        "subject": item.subject,
        "authors": list(item.authors),
        "summary": item.summary,
        "page": item.page,
        "language": item.language,
        "themes": [
            {"id": theme.id, "slug": theme.slug, "sign": theme.sign,
             "name_nl": theme.name_nl, "name_en": theme.name_en}
            for theme in item.themes
        ],
    }


def _read(kept: Mapping[str, Any]) -> ArticleItem:
    themes = tuple(
        ThemeMark(each["id"], each["slug"], each["sign"], each["name_nl"], each["name_en"])
        for each in kept["themes"]
    )
    return ArticleItem(
        id=kept["id"],
        slug=kept["slug"],
        kind=kept["kind"],
        title=kept["title"],
        authors=tuple(kept["authors"]),
        summary=kept["summary"],
        page=kept["page"],
        theme_names_nl=tuple(theme.name_nl for theme in themes),
        theme_names_en=tuple(theme.name_en for theme in themes),
        subject=kept["subject"],
        language=kept["language"],
        themes=themes,
    )
