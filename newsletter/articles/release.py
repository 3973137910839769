"""Release an article: make it available for sending, now or at a moment."""

from datetime import datetime

from newsletter.articles.models import Article
from newsletter.errors import BadInput, BadMoment, WrongState
from newsletter.extensions import db


def release(
    article: Article, *, at: datetime, now: datetime, revision: int | None = None
) -> None:
    """Let the article be available from `at` on, which is `now` or later.

    A moment that has not come yet may be moved. Raises WrongState when the article is already
    released, and BadMoment at `release_at` when `at` lies in the past. `revision` is the one that
    was read before: BadInput at `revision` when someone saved since, for what nobody who may
    release it saw would go to readers. None skips that check.
    """
    db.session.refresh(article, with_for_update=True)
    if revision is not None and revision != article.revision:
        raise BadInput("revision", "changed_unseen")
    if article.is_released(now):
        raise WrongState("released")
    if at < now:
        raise BadMoment("release_at", "past")
    article.released_at = at
    article.updated_at = now
    db.session.flush()


def hold_back(article: Article, *, now: datetime) -> None:
    """Take back a release whose moment has not come; harmless when there is none.

    Raises WrongState when the article is already released: readers may have it.
    """
    db.session.refresh(article, with_for_update=True)
    if article.is_released(now):
        raise WrongState("released")
    article.released_at = None
    article.updated_at = now
    db.session.flush()
