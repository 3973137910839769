"""Whether a change of an article would go to readers, and who may let it.

Accounts stand beside this room and editions above it, so they are read by the names of their
tables.
"""

from sqlalchemy import BigInteger, String, column, exists, select, table

from newsletter.articles.models import Article
from newsletter.extensions import db

_ITEMS = table("edition_items", column("article_id", BigInteger))
_ROLES = table("roles", column("id", BigInteger), column("name", String))
_HAS_ROLE = table("account_roles", column("account_id", BigInteger), column("role_id", BigInteger))
# The one role that does not answer for the magazine: it writes and offers.
_OFFERS = "contributor"


def goes_to_readers(article: Article) -> bool:
    """Whether it is released, has a moment of release, or stands in an edition.

    In one that left too: its own page shows it as it stands, and a correction of that edition
    takes it along.
    """
    if article.released_at is not None:
        return True
    return db.session.scalar(select(exists().where(_ITEMS.c.article_id == article.id))) or False


def answers_for_magazine(account_id: int | None) -> bool:
    """Whether it has a role above contributor; none is the house itself."""
    if account_id is None:
        return True
    above = select(_ROLES.c.id).join(_HAS_ROLE, _HAS_ROLE.c.role_id == _ROLES.c.id).where(
        _HAS_ROLE.c.account_id == account_id, _ROLES.c.name != _OFFERS)
    return db.session.scalar(select(above.exists())) or False


def may_only_offer(article: Article, account_id: int | None) -> bool:
    """Whether a change of the article by this account waits for somebody who answers for it."""
    return not answers_for_magazine(account_id) and goes_to_readers(article)
