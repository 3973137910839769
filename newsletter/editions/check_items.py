"""Check the articles of an edition: what they miss, and where readers had them before."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from newsletter.editions.content import missing_for_sending
from newsletter.editions.finding import Finding
from newsletter.editions.models import Edition, EditionItem
from newsletter.extensions import db

LONG_TITLE = 90  # three lines on a telephone
MANY_ARTICLES = 12
_IMAGE_WITHOUT_WORDS = re.compile(r"!\[\s*\]\(")


def check_items(edition: Edition, *, used: Mapping[int, Sequence[str]]) -> list[Finding]:
    """What readers would notice of the articles; `used` has the keys of the earlier editions."""
    found: list[Finding] = []
    for item in edition.items:
        found += check_item(item, used=used.get(item.article_id, ()))
    if len(edition.items) > MANY_ARTICLES:
        found.append(Finding("many_articles", at="order", said={"count": len(edition.items)}))
    return found


def check_item(item: EditionItem, *, used: Sequence[str]) -> list[Finding]:
    """The same of one article."""
    article, at = item.article, f"article:{item.article_id}"
    said = {"title": article.title}
    found = []
    has_bare_image = article.image_id is not None and not article.image_alt.strip()
    if has_bare_image or _IMAGE_WITHOUT_WORDS.search(article.body_md):
        found.append(Finding("no_alt", True, at, said))
    if used:
        numbers = ", ".join(key.replace("-", "·") for key in used)
        found.append(Finding("used_before", at=at, said={**said, "numbers": numbers}))
    if len(article.title) > LONG_TITLE:
        found.append(Finding("long_title", at=at, said=said))
    if not article.themes:
        found.append(Finding("no_theme", at=at, said=said))
    return found


def check_missing(edition: Edition, *, send_at: datetime | None = None) -> list[Finding]:
    """What the edition misses before it can be sent then, or at its own moment."""
    titles = {item.article.slug: item for item in edition.items}
    found = []
    for code in missing_for_sending(edition, send_at=send_at):
        name, _colon, slug = code.partition(":")
        if slug:
            item = titles[slug]
            found.append(Finding(f"not_{name}", True, f"article:{item.article_id}",
                                 {"title": item.article.title}))
        else:
            found.append(Finding(f"no_{name}", True, "order" if name == "articles" else name))
    return found


def used_before(edition: Edition) -> dict[int, list[str]]:
    """For each article that another edition carries too: the keys of those, the oldest first."""
    return editions_of([item.article_id for item in edition.items], but=edition.id)


def editions_of(article_ids: Collection[int], *, but: int) -> dict[int, list[str]]:
    """In which editions these articles stand, one left aside."""
    rows = db.session.execute(
        select(EditionItem.article_id, Edition.volume, Edition.number)
        .join(Edition, Edition.id == EditionItem.edition_id)
        .where(EditionItem.article_id.in_(article_ids), Edition.id != but)
        .order_by(Edition.volume, Edition.number)
    ).tuples()
    found: dict[int, list[str]] = {}
    for article_id, volume, number in rows:
        found.setdefault(article_id, []).append(f"{volume}-{number}")
    return found
