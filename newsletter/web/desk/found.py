"""What an address of the desk names, or a page that says there is no such thing."""

from flask import abort

from newsletter.articles.models import Article
from newsletter.articles.queries import find_article
from newsletter.editions.models import Edition
from newsletter.editions.queries import find_edition

LARGEST_ID = 2**63 - 1


def wanted_article(article_id: int) -> Article:
    """The article with this id, or 404."""
    article = find_article(article_id) if article_id <= LARGEST_ID else None
    if article is None:
        abort(404)
    return article


def wanted_edition(key: str) -> Edition:
    """The edition that people cite as `20-8`, or 404."""
    edition = find_edition(key)
    if edition is None:
        abort(404)
    return edition
