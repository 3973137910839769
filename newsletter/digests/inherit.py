"""Inherit: a theme goes on in others, so its readers follow those, and what is to come has them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import (
    Select,
    case,
    delete,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from newsletter.articles.models import Article, article_themes
from newsletter.catalogue.models import Theme, ThemeHeir
from newsletter.extensions import db
from newsletter.subscribers.models import ChosenTheme

Given = list[tuple[int, int]]  # articles, each with a theme that it was given


def followers(theme_ids: Collection[int], *, but_not: Collection[int] = ()) -> Select[int]:
    """Who follows any of these themes, and none of the others, whatever her status."""
    others = select(ChosenTheme.subscriber_id).where(ChosenTheme.theme_id.in_(but_not))
    chosen = select(ChosenTheme.subscriber_id).where(ChosenTheme.theme_id.in_(theme_ids))
    if but_not:
        chosen = chosen.where(ChosenTheme.subscriber_id.not_in(others))
    return chosen.distinct()


def inherit(theme: Theme, heirs: Iterable[Theme], *, now: datetime) -> None:
    """Every reader of the theme follows its heirs too; who did so already keeps her own choice.

    Her old choice stays: what is due by it comes, and nothing that the heirs had before is due to
    her by theirs.
    """
    for heir in heirs:
        entry = ThemeHeir(theme_id=theme.id, heir_id=heir.id, at=now)
        db.session.add(entry)
        db.session.flush()
        chosen = select(
            ChosenTheme.subscriber_id, literal(heir.id), literal(now), literal(entry.id)
        ).where(ChosenTheme.theme_id == theme.id)
        db.session.execute(
            insert_or(ChosenTheme)
            .from_select(["subscriber_id", "theme_id", "chosen_at", "inherited_id"], chosen)
            .on_conflict_do_nothing()
        )
    db.session.expire_all()


def give_up(theme: Theme, heirs: Collection[int], *, now: datetime) -> None:
    """It goes on in these no more: who follows one only by the house's gift does so no longer."""
    entries = list(db.session.scalars(
        update(ThemeHeir)
        .where(ThemeHeir.theme_id == theme.id, ThemeHeir.heir_id.in_(heirs),
               ThemeHeir.ended_at.is_(None))
        .values(ended_at=now)
        .returning(ThemeHeir.id)
    ))
    db.session.execute(delete(ChosenTheme).where(ChosenTheme.inherited_id.in_(entries)))
    db.session.expire_all()


def end_heirs(theme: Theme, *, now: datetime) -> None:
    """It goes on in none any more; who follows one of them by the house's gift keeps it."""
    db.session.execute(
        update(ThemeHeir)
        .where(ThemeHeir.theme_id == theme.id, ThemeHeir.ended_at.is_(None))
        .values(ended_at=now)
    )
    db.session.expire_all()


def to_come(theme_ids: Collection[int], now: datetime) -> Select[int]:
    """The articles with any of these themes that nobody could be sent yet."""
    return (
        select(article_themes.c.article_id)
        .join(Article, Article.id == article_themes.c.article_id)
        .where(article_themes.c.theme_id.in_(theme_ids),
               or_(Article.released_at.is_(None), Article.released_at > now))
        .distinct()
    )


def move_to_come(
    theme_ids: Collection[int], heir_ids: Sequence[int], *, now: datetime
) -> tuple[list[int], Given]:
    """Give the articles to come the heirs in place of these themes.

    Their ids, and what they were given: a heir that one had by itself is not among it.
    """
    article_ids = list(db.session.scalars(to_come(theme_ids, now)))
    given = give(article_ids, heir_ids, now=now)
    take_away(article_ids, theme_ids)
    return article_ids, given


def give(article_ids: Collection[int], theme_ids: Collection[int], *, now: datetime) -> Given:
    """Give articles themes; to who follows one, those that are released already are new by it.

    What was given, as pairs of an article and a theme.
    """
    given_at = case((Article.released_at <= now, literal(now)))
    rows = db.session.execute(
        insert_or(article_themes)
        .from_select(
            ["article_id", "theme_id", "given_at"],
            select(Article.id, Theme.id, given_at)
            .join(Theme, Theme.id.in_(theme_ids))
            .where(Article.id.in_(article_ids)),
        )
        .on_conflict_do_nothing()
        .returning(article_themes.c.article_id, article_themes.c.theme_id)
    )
    return [(article_id, theme_id) for article_id, theme_id in rows]


def take_back(given: Given, *, now: datetime) -> None:
    """Take from articles what they were given, as far as they are still to come."""
    for theme_id in {theme_id for _article_id, theme_id in given}:
        still = set(db.session.scalars(to_come([theme_id], now)))
        take_away(still.intersection(each for each, its in given if its == theme_id), [theme_id])


def take_away(article_ids: Collection[int], theme_ids: Collection[int]) -> None:
    """Take themes from articles."""
    db.session.execute(
        delete(article_themes)
        .where(article_themes.c.article_id.in_(article_ids),
               article_themes.c.theme_id.in_(theme_ids))
    )
