"""Restore an article to what an earlier version of it said: a new version, nothing is lost."""

from dataclasses import replace
from datetime import datetime

from newsletter.articles.drafts import MOST_THEMES
from newsletter.articles.models import Article, ArticleVersion
from newsletter.articles.save import Saved, save
from newsletter.articles.versions import draft_in
from newsletter.catalogue.queries import followed_by_id, pickable_by_id


def restore(
    article: Article,
    version: ArticleVersion,
    *,
    revision: int | None,
    now: datetime,
    account_id: int | None = None,
) -> Saved:
    """Write the version over the article, or offer that; what came of it.

    Of its themes those that readers can still pick, and for one that was merged or split since
    those in which it goes on, as many as an article may have; the present ones when none is left.
    What was retired does not come back. A released article is new to the readers of a theme that
    it gets back. Raises BadInput as `save` does.
    """
    draft = draft_in(version)
    live = [one.id for one in pickable_by_id(draft.theme_ids)]
    heirs = pickable_by_id(followed_by_id(draft.theme_ids))
    live = [*live, *(one.id for one in heirs if one.id not in live)][:MOST_THEMES]
    if not live:
        live = [theme.id for theme in article.themes if theme.retired_at is None]
    return save(
        article,
        replace(draft, theme_ids=tuple(live)),
        revision=revision,
        now=now,
        account_id=account_id,
        restored_from=version.revision,
    )
