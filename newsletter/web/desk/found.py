"""What an address of the desk names, or a page that says there is no such thing."""

from flask import abort, request
from flask_security import current_user

from newsletter.accounts.models import RoleName
from newsletter.articles.models import Article
from newsletter.articles.proposal_models import ArticleProposal
from newsletter.articles.proposal_queries import find_proposal
from newsletter.articles.queries import find_article
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import find_theme
from newsletter.digests.models import DigestSlot
from newsletter.digests.queries import find_slot_by_id
from newsletter.editions.models import ClosedPeriod, Edition
from newsletter.editions.period_queries import get_period
from newsletter.editions.queries import find_edition
from newsletter.errors import NotFound
from newsletter.web.desk.acts import record_refusal
from newsletter.web.desk.roles import may
from newsletter.web.desk.whose import partner_alone

LARGEST_ID = 2**63 - 1


def wanted_article(article_id: int) -> Article:
    """The article with this id, or 404; also when it is not for who works here to see."""
    article = find_article(article_id) if article_id <= LARGEST_ID else None
    if article is None:
        abort(404)
    alone = partner_alone()
    if alone is not None and article.partner_id != alone:
        record_refusal(request.endpoint or "", article=article_id)
        abort(404)
    return article


def wanted_proposal(article: Article, proposal_id: int) -> ArticleProposal:
    """The proposal with this id for the article, or 404; who may only offer sees her own alone."""
    found = find_proposal(article.id, proposal_id)
    if found is None:
        abort(404)
    if found.account_id != current_user.id and not may(RoleName.EDITOR):
        record_refusal(request.endpoint or "", article=article.id, proposal=proposal_id)
        abort(404)
    return found


def wanted_slot(slot_id: int) -> DigestSlot:
    """The digest slot with this id, or 404."""
    slot = find_slot_by_id(slot_id) if slot_id <= LARGEST_ID else None
    if slot is None:
        abort(404)
    return slot


def wanted_theme(slug: str) -> Theme:
    """The theme with this slug that can be picked now, or 404."""
    theme = find_theme(slug)
    if theme is None or theme.retired_at is not None:
        abort(404)
    return theme


def wanted_edition(key: str) -> Edition:
    """The edition that people cite as `20-8`, or 404."""
    edition = find_edition(key)
    if edition is None:
        abort(404)
    return edition


def wanted_period(period_id: int) -> ClosedPeriod:
    """The period without editions with this id, or 404."""
    if period_id > LARGEST_ID:
        abort(404)
    try:
        return get_period(period_id)
    except NotFound:
        abort(404)
