"""Reads of partners."""

from collections.abc import Iterable

from sqlalchemy import select

from newsletter.extensions import db
from newsletter.partners.models import Partner


def partners() -> list[Partner]:
    """The partners of today, in the order in which they came."""
    return list(
        db.session.scalars(
            select(Partner).where(Partner.retired_at.is_(None)).order_by(Partner.id)
        )
    )


def partner_names(partner_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of the partners with these ids, also of those that stopped."""
    wanted = {one for one in partner_ids if one is not None}
    rows = db.session.execute(select(Partner.id, Partner.name).where(Partner.id.in_(wanted)))
    return dict(rows.tuples().all())


def find_partner(slug: str) -> Partner | None:
    """The partner with this slug, unless there is none or it stopped."""
    return db.session.scalar(
        select(Partner).where(Partner.slug == slug, Partner.retired_at.is_(None))
    )
