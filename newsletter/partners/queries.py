"""Reads of partners."""

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


def find_partner(slug: str) -> Partner | None:
    """The partner with this slug, unless there is none or it stopped."""
    return db.session.scalar(
        select(Partner).where(Partner.slug == slug, Partner.retired_at.is_(None))
    )
