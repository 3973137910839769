"""Give many articles a theme, or take it from them: first as a plan, then all of it or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from newsletter.articles.drafts import MOST_THEMES
from newsletter.articles.models import Article
from newsletter.articles.queries import articles_by_id
from newsletter.articles.versions import live_draft_of
from newsletter.articles.write import edit_article
from newsletter.catalogue.models import Theme
from newsletter.errors import BadInput


class Way(StrEnum):
    """What is done with the theme."""

    GIVE = "give"
    TAKE = "take"


class Outcome(StrEnum):
    """What comes of one article."""

    CHANGES = "changes"
    HAS_IT = "has_it"
    LACKS_IT = "lacks_it"
    TOO_MANY = "too_many"  # it has as many as an article may have
    ONLY_ONE = "only_one"  # without it no reader would find the article


class Step(NamedTuple):
    """One article of a plan."""

    article: Article
    outcome: Outcome


def plan(articles: Iterable[Article], theme: Theme, way: Way) -> list[Step]:
    """What would come of each article; changes nothing."""
    return [Step(article, _outcome(article, theme, way)) for article in articles]


def change_themes(
    seen: Mapping[int, int],
    theme: Theme,
    way: Way,
    *,
    now: datetime,
    account_id: int | None = None,
) -> list[int]:
    """Carry out the plan for articles by id, each with the revision that was seen; which changed.

    A released article is new to the readers of a theme from now on. Each gets a new version.
    Raises BadInput at `revision` when any was saved meanwhile or is gone, and at `theme_ids` when
    readers can no longer pick the theme: then the caller rolls back, and nothing is done.
    """
    if theme.retired_at is not None:
        raise BadInput("theme_ids", "unknown")
    found = articles_by_id(list(seen))
    if len(found) != len(seen):
        raise BadInput("revision", "saved_meanwhile")
    changed = []
    for article_id in sorted(seen):  # in one order, so that two such deeds never wait crosswise
        article = found[article_id]
        if _outcome(article, theme, way) is Outcome.CHANGES:
            draft = live_draft_of(article)
            kept = tuple(one for one in draft.theme_ids if one != theme.id)
            theme_ids = (*kept, theme.id) if way is Way.GIVE else kept
            edit_article(article, replace(draft, theme_ids=theme_ids),
                         revision=seen[article_id], now=now, account_id=account_id)
            changed.append(article_id)
    return changed


def _outcome(article: Article, theme: Theme, way: Way) -> Outcome:
    live = {one.id for one in article.themes if one.retired_at is None}
    if way is Way.GIVE:
        if theme.id in live:
            return Outcome.HAS_IT
        return Outcome.TOO_MANY if len(live) >= MOST_THEMES else Outcome.CHANGES
    if theme.id not in live:
        return Outcome.LACKS_IT
    return Outcome.ONLY_ONE if len(live) == 1 else Outcome.CHANGES
