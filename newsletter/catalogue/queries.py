"""Reads of the catalogue."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import selectinload

from newsletter.catalogue.models import FormerSlug, Magazine, Theme, ThemeHeir
from newsletter.errors import NotFound
from newsletter.extensions import db

_LOCK = text("select pg_advisory_xact_lock('themes'::regclass::oid::integer, 0)")
_SHARED_LOCK = text("select pg_advisory_xact_lock_shared('themes'::regclass::oid::integer, 0)")


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
    """The theme with this slug, now or before, retired ones too, since addresses last."""
    found = db.session.scalar(select(Theme).where(Theme.slug == slug))
    return found or db.session.scalar(
        select(Theme)
        .join(FormerSlug, FormerSlug.theme_id == Theme.id)
        .where(FormerSlug.slug == slug)
    )


def themes_by_id(ids: Iterable[int]) -> list[Theme]:
    """The themes with these ids, in the house's order; unknown ids are left out."""
    return list(
        db.session.scalars(select(Theme).where(Theme.id.in_(set(ids))).order_by(Theme.position))
    )


def pickable_by_id(ids: Iterable[int]) -> list[Theme]:
    """Those of these themes that readers can pick, in the house's order."""
    return [theme for theme in themes_by_id(ids) if theme.retired_at is None]


def standing_under_each() -> dict[int, list[int]]:
    """By the id of each theme that has any, the ids of those whose articles stand under it.

    Its own, and those that were merged into it.
    """
    found: dict[int, list[int]] = {}
    for each in db.session.scalars(select(Theme).options(selectinload(Theme.heirs))):
        found.setdefault(each.shown.id, []).append(each.id)
    return found


def standing_under(theme: Theme) -> list[int]:
    """The ids of the themes whose articles stand under this one."""
    return standing_under_each().get(theme.id, [])


def heirs_of(theme_ids: Iterable[int]) -> dict[int, set[int]]:
    """The themes in which each of these goes on, by id; nothing for one that has none."""
    rows = db.session.execute(
        select(ThemeHeir.theme_id, ThemeHeir.heir_id)
        .where(ThemeHeir.theme_id.in_(set(theme_ids)), ThemeHeir.ended_at.is_(None))
    )
    found: dict[int, set[int]] = {}
    for theme_id, heir_id in rows:
        found.setdefault(theme_id, set()).add(heir_id)
    return found


def themes_by_slug(slugs: Iterable[str]) -> dict[str, Theme]:
    """The themes with these slugs, now or before, retired ones too; unknown ones are left out."""
    wanted = set(slugs)
    former = db.session.execute(
        select(FormerSlug.slug, Theme)
        .join(Theme, Theme.id == FormerSlug.theme_id)
        .where(FormerSlug.slug.in_(wanted))
    )
    present = db.session.scalars(select(Theme).where(Theme.slug.in_(wanted)))
    return {**dict(former.tuples().all()), **{theme.slug: theme for theme in present}}


def followed_by_slug(slugs: Iterable[str]) -> frozenset[int]:
    """The ids of the themes to pick in place of these, as they were named once.

    Of a theme that was merged or split those in which it goes on; of one that ended none.
    """
    reached = list(themes_by_slug(slugs).values())
    for theme in reached:
        if theme.retired_at is not None:
            reached += [heir for heir in theme.heirs if heir not in reached]
    return frozenset(theme.id for theme in reached if theme.retired_at is None)


def followed_by_id(theme_ids: Iterable[int]) -> frozenset[int]:
    """The ids of the themes to pick in place of these; unknown ones stay."""
    wanted = set(theme_ids)
    known = themes_by_id(wanted)
    unknown = wanted.difference(theme.id for theme in known)
    return followed_by_slug(theme.slug for theme in known) | unknown


class Named(NamedTuple):
    """What to pick where a theme is named; `past` is its slug when nobody picks itself any more."""

    theme_ids: frozenset[int]
    past: str | None = None


def followed_by_name() -> dict[str, Named]:
    """What to pick in place of every theme, by the names that it has or had, in lower case.

    Of a theme that was merged or split those in which it goes on; of one that ended none. A name
    that two have means the one that readers can pick.
    """
    every = db.session.scalars(select(Theme).options(selectinload(Theme.heirs))).all()
    names = {theme.id: [theme.slug, theme.name_nl, theme.name_en] for theme in every}
    for former in db.session.scalars(select(FormerSlug)):
        names[former.theme_id].append(former.slug)
    found: dict[str, Named] = {}
    for theme in sorted(every, key=lambda theme: theme.retired_at is None):
        reached = [theme]
        for each in reached:
            reached += [heir for heir in each.heirs if heir not in reached]
        means = Named(frozenset(each.id for each in reached if each.retired_at is None),
                      past=theme.slug if theme.retired_at is not None else None)
        found.update((name.lower(), means) for name in names[theme.id])
    return found


def change_themes_alone() -> None:
    """Wait for whoever chooses themes now; nobody else does until this transaction ends."""
    db.session.execute(_LOCK)


def keep_themes() -> None:
    """No theme is merged, split or retired until this transaction ends."""
    db.session.execute(_SHARED_LOCK)


def are_pickable(theme_ids: Collection[int]) -> bool:
    """Whether readers can pick all of these, as the database has it now."""
    found = db.session.scalar(
        select(func.count()).select_from(Theme)
        .where(Theme.id.in_(theme_ids), Theme.retired_at.is_(None)))
    return found == len(set(theme_ids))
