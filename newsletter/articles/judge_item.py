"""Judge what a feed gave: take it over as a draft, or put it aside. Nothing is released here."""

from datetime import datetime

from newsletter.articles.drafts import Draft
from newsletter.articles.feed_models import Feed, FeedItem, ItemState
from newsletter.articles.models import Article, ArticleKind
from newsletter.articles.write import add_article
from newsletter.errors import NotFound, WrongState
from newsletter.extensions import db


def accept_item(
    item_id: int, theme_ids: tuple[int, ...], *, now: datetime, account_id: int | None
) -> Article:
    """The piece as an article that is not released, also when it was put aside.

    Raises NotFound, WrongState when it was taken over already, BadInput at the field that cannot
    be taken.
    """
    item = _locked(item_id)
    feed = db.session.get_one(Feed, item.feed_id)
    article = add_article(
        Draft(kind=ArticleKind.ARTIKEL.value, title=item.title, authors=tuple(item.authors),
              summary=item.summary, theme_ids=theme_ids, body_md=item.body_md,
              language=feed.language, published_on=item.published_on,
              canonical_url=item.address or ""),
        now=now, account_id=account_id,
    )
    item.article_id = article.id
    _decide(item, ItemState.ACCEPTED, now=now, account_id=account_id)
    return article


def put_aside(item_id: int, *, now: datetime, account_id: int | None) -> FeedItem:
    """The piece, which waits no more. Raises NotFound, WrongState when it was taken over."""
    item = _locked(item_id)
    _decide(item, ItemState.ASIDE, now=now, account_id=account_id)
    return item


def _locked(item_id: int) -> FeedItem:
    item = db.session.get(FeedItem, item_id, with_for_update=True, populate_existing=True)
    if item is None:
        raise NotFound("feed item")
    if item.state is ItemState.ACCEPTED:
        raise WrongState("taken over already")
    return item


def _decide(
    item: FeedItem, state: ItemState, *, now: datetime, account_id: int | None
) -> None:
    item.state, item.decided_at, item.decided_by = state, now, account_id
    db.session.flush()
