"""Reads of the catalogue."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from newsletter.catalogue.models import Magazine, Theme
from newsletter.errors import NotFound
from newsletter.extensions import db


def magazine() -> Magazine:
    """The magazine's identity. Raises NotFound before the seeds have run."""
    found = db.session.get(Magazine, 1)
    if found is None:
        raise NotFound("magazine")
    return found


def themes() -> list[Theme]:
    """The themes that readers can pick, in the house's order."""
    return list(
        db.session.scalars(
            select(Theme).where(Theme.retired_at.is_(None)).order_by(Theme.position)
        )
    )


class ThemeKey(NamedTuple):
    """As much of a theme as a posted form needs."""

    id: int
    slug: str


def theme_keys() -> list[ThemeKey]:
    """The themes that readers can pick, in the house's order, read without making objects."""
    rows = db.session.execute(
        select(Theme.id, Theme.slug).where(Theme.retired_at.is_(None)).order_by(Theme.position)
    )
    return [ThemeKey(*row) for row in rows]


def find_theme(slug: str) -> Theme | None:
    """The theme with this slug, retired ones too, since addresses last."""
    return db.session.scalar(select(Theme).where(Theme.slug == slug))


def themes_by_id(ids: Iterable[int]) -> list[Theme]:
    """The themes with these ids, in the house's order; unknown ids are left out."""
    return list(
        db.session.scalars(select(Theme).where(Theme.id.in_(set(ids))).order_by(Theme.position))
    )


def themes_by_slug(slugs: Iterable[str]) -> dict[str, Theme]:
    """The themes with these slugs, retired ones too; unknown slugs are left out."""
    rows = db.session.scalars(select(Theme).where(Theme.slug.in_(set(slugs))))
    return {theme.slug: theme for theme in rows}
