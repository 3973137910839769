"""Plan a change of themes: how many readers it touches and what they will get; nothing is done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from newsletter.articles.models import Article, article_themes
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import standing_under_each
from newsletter.digests.draw_theme import ThemeDraft, free_slug
from newsletter.digests.inherit import followers, to_come
from newsletter.digests.rename_theme import words_of
from newsletter.digests.say_theme_change import (
    Said,
    merged,
    renamed,
    retired,
    split,
    took_part,
    widened,
)
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.subscribers.models import (
    Cadence,
    ChosenTheme,
    Subscription,
    SubscriptionStatus,
)

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Told:
    """Readers who will be told the same."""

    readers: int
    said: Said


@dataclass(frozen=True)
class InAYear:
    """How many articles appeared under a theme in a year."""

    theme: Theme
    articles: int


@dataclass(frozen=True)
class ThemePlan:
    """What a change of themes will do; readers are those whose subscription is active.

    `followers` have the theme now, `without` would have no theme left, and `unreached` neither a
    theme nor editions: no mail would tell them. `before` is how many articles a year a reader of
    the theme alone gets now, `after` under each theme that she will follow, `after_all` under all
    of those and her own together. `to_come` are articles that would change themes, `bare` how
    many of them would have none left.
    """

    followers: int
    without: int
    unreached: int
    told: Sequence[Told]
    before: int
    after: Sequence[InAYear]
    after_all: int
    to_come: Sequence[Article]
    bare: int


def plan_merge(theme: Theme, into: Theme, *, now: datetime) -> ThemePlan:
    """What merging the theme into the other would do. Raises BadInput at `into`."""
    if into.id == theme.id:
        raise BadInput("into", "itself")
    return _plan(theme, [into], now=now, told=[
        Told(_active(followers([theme.id])), merged(theme, into)),
        Told(_active(followers([into.id], but_not=[theme.id])), widened(theme, into)),
    ])


def plan_split(
    theme: Theme, drafts: Sequence[ThemeDraft], present: Sequence[Theme], *, now: datetime
) -> ThemePlan:
    """What splitting the theme would do. Raises BadInput as `split_theme` does for its words."""
    made = []
    for place, draft in enumerate(drafts, start=1):
        try:
            words = draft.tidied()
            free_slug(words.name_nl)
        except BadInput as fault:
            raise BadInput(f"new_{place}_{fault.field}", fault.reason) from fault
        made.append(Theme(name_nl=words.name_nl, name_en=words.name_en))
    return _plan(theme, present, is_alone=False, now=now, told=[
        Told(_active(followers([theme.id])), split(theme, [*made, *present])),
        *(Told(_active(followers([part.id], but_not=[theme.id])), took_part(theme, part))
          for part in present),
    ])


def plan_rename(theme: Theme, draft: ThemeDraft, *, now: datetime) -> ThemePlan:
    """What renaming the theme would do. Raises BadInput as `rename_theme` does."""
    draft = draft.tidied()
    if draft == words_of(theme):
        raise BadInput("name_nl", "same")
    free_slug(draft.name_nl, of=theme)
    names = Said(theme.name_nl, theme.name_en)
    told = []
    if names != Said(draft.name_nl, draft.name_en):
        called = Theme(name_nl=draft.name_nl, name_en=draft.name_en)
        told = [Told(_active(followers([theme.id])), renamed(names, called))]
    return _plan(theme, [theme], now=now, told=told, keeps=True)


def plan_retirement(theme: Theme, *, now: datetime) -> ThemePlan:
    """What retiring the theme would do."""
    return _plan(theme, [], now=now, told=[
        Told(_active(followers([theme.id])), retired(theme))])


def _plan(
    theme: Theme,
    heirs: Sequence[Theme],
    *,
    told: Sequence[Told],
    now: datetime,
    is_alone: bool = True,
    keeps: bool = False,
) -> ThemePlan:
    """`is_alone`: nothing new takes its place beside the heirs; `keeps`: it stays itself."""
    ends = is_alone and not heirs
    moving = [] if keeps else list(db.session.scalars(
        select(Article).where(Article.id.in_(to_come([theme.id], now))).order_by(Article.title)))
    return ThemePlan(
        followers=_active(followers([theme.id])),
        without=_without(theme, now=now, only_unreached=False) if ends else 0,
        unreached=_without(theme, now=now, only_unreached=True) if ends else 0,
        told=told,
        before=_appeared([theme], now),
        after=[InAYear(heir, _appeared([heir], now)) for heir in heirs if heir is not theme],
        after_all=_appeared([theme, *heirs], now),
        to_come=moving,
        bare=sum(len(article.themes) == 1 for article in moving) if ends else 0,
    )


def count_followers_of(theme_ids: Collection[int]) -> dict[int, int]:
    """How many active readers follow each of these themes."""
    rows = db.session.execute(
        select(ChosenTheme.theme_id, func.count())
        .join(Subscription, Subscription.subscriber_id == ChosenTheme.subscriber_id)
        .where(Subscription.status == SubscriptionStatus.ACTIVE,
               ChosenTheme.theme_id.in_(theme_ids))
        .group_by(ChosenTheme.theme_id)
    )
    return dict(rows.tuples().all())


def _active(readers: select) -> int:  # type: ignore[valid-type]
    return db.session.scalar(
        select(func.count()).select_from(Subscription)
        .where(Subscription.status == SubscriptionStatus.ACTIVE,
               Subscription.subscriber_id.in_(readers))
    ) or 0


def _without(theme: Theme, *, now: datetime, only_unreached: bool) -> int:
    others = (
        select(ChosenTheme.subscriber_id)
        .join(Theme, Theme.id == ChosenTheme.theme_id)
        .where(Theme.retired_at.is_(None), ChosenTheme.theme_id != theme.id)
    )
    left = select(func.count()).select_from(Subscription).where(
        Subscription.status == SubscriptionStatus.ACTIVE,
        Subscription.cadence != Cadence.NONE,
        Subscription.subscriber_id.in_(followers([theme.id])),
        Subscription.subscriber_id.not_in(others),
    )
    if only_unreached:
        left = left.where(Subscription.receives_editions.is_(False))
    return db.session.scalar(left) or 0


def _appeared(themes: Collection[Theme], now: datetime) -> int:
    standing = standing_under_each()
    theme_ids = {each for theme in themes for each in standing[theme.id]}
    return db.session.scalar(
        select(func.count(Article.id.distinct()))
        .join(article_themes, article_themes.c.article_id == Article.id)
        .where(article_themes.c.theme_id.in_(theme_ids), Article.released_at > now - YEAR,
               Article.released_at <= now)
    ) or 0
