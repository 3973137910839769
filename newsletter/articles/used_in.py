"""Where an article was used: the digests that gave it to readers.

Mailings belong to a floor above, so they are read by the names of their tables. Which editions
carry an article is for `newsletter.editions.queries` to say.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, String, cast, column, select, table
from sqlalchemy.dialects.postgresql import ARRAY, array

from newsletter.extensions import db

MOST = 20

_MAILINGS = table("mailings", column("key", String), column("kind", String),
                  column("cutoff_at", DateTime(timezone=True)), column("manifest_id", BigInteger))
_VARIANTS = table("variants", column("manifest_id", BigInteger),
                  column("article_ids", ARRAY(BigInteger)))


class Use(NamedTuple):
    """A digest by its mailing's key and its cut-off."""

    key: str
    cutoff_at: datetime


def digests_with(article_id: int) -> Sequence[Use]:
    """The newest digests of which at least one reader was given the article, the last one first."""
    holding = select(_VARIANTS.c.manifest_id).where(
        _VARIANTS.c.article_ids.contains(cast(array([article_id]), ARRAY(BigInteger))))
    rows = db.session.execute(
        select(_MAILINGS.c.key, _MAILINGS.c.cutoff_at)
        .where(_MAILINGS.c.kind == "digest", _MAILINGS.c.manifest_id.in_(holding))
        .order_by(_MAILINGS.c.cutoff_at.desc())
        .limit(MOST)
    )
    return [Use(*row) for row in rows]
