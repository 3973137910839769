"""Restore an article to what an earlier version of it said: a new version, nothing is lost."""

from dataclasses import replace
from datetime import datetime

from newsletter.articles.models import Article, ArticleVersion
from newsletter.articles.versions import draft_in
from newsletter.articles.write import edit_article
from newsletter.catalogue.queries import themes_by_id


def restore(
    article: Article,
    version: ArticleVersion,
    *,
    revision: int | None,
    now: datetime,
    account_id: int | None = None,
) -> bool:
    """Write the version over the article; whether that changed anything.

    Of its themes those that readers can still pick, or the present ones when none is left: what
    was retired since does not come back. A released article is new to the readers of a theme that
    it gets back. Raises BadInput as `edit_article` does.
    """
    draft = draft_in(version)
    live = [one.id for one in themes_by_id(draft.theme_ids) if one.retired_at is None]
    if not live:
        live = [theme.id for theme in article.themes if theme.retired_at is None]
    return edit_article(
        article,
        replace(draft, theme_ids=tuple(live)),
        revision=revision,
        now=now,
        account_id=account_id,
        restored_from=version.revision,
    )
