"""Undo a change of themes within its notice period: everyone follows what she followed before.

Who heard of the change hears of its undoing; who did not, hears of neither.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, union

from newsletter.catalogue.models import Theme, ThemeHeir
from newsletter.catalogue.queries import change_themes_alone
from newsletter.digests.draw_theme import ThemeDraft
from newsletter.digests.inherit import (
    end_heirs,
    followers,
    give,
    give_up,
    inherit,
    move_to_come,
    take_back,
)
from newsletter.digests.note_change import owe
from newsletter.digests.rename_theme import give_words
from newsletter.digests.say_theme_change import (
    Said,
    merged_no_more,
    renamed,
    retired_no_more,
    split_no_more,
    took_no_part,
)
from newsletter.digests.theme_models import ChangeKind, ThemeChange
from newsletter.errors import NotFound, WrongState
from newsletter.extensions import db
from newsletter.mailings.one_at_a_time import one_at_a_time
from newsletter.mailings.take_back_notice import take_back_notice, who_knows


def undo_theme_change(change_id: int, *, now: datetime) -> ThemeChange:
    """The change, undone. Raises NotFound, and WrongState when its time is over or it was undone.

    Also WrongState (`changed_since`) when a theme that it touched was changed again: that one
    first.
    """
    one_at_a_time()
    change_themes_alone()
    change = db.session.get(ThemeChange, change_id, with_for_update=True, populate_existing=True)
    if change is None:
        raise NotFound(f"theme change {change_id}")
    if not change.may_be_undone(now):
        raise WrongState("undone" if change.undone_at else "too_late")
    theme = db.session.get_one(Theme, change.theme_id, with_for_update={"key_share": True},
                               populate_existing=True)
    heirs = list(theme.heirs)
    if _changed_since(change, [theme.id, *(heir.id for heir in heirs)]):
        raise WrongState("changed_since")
    match change.kind:
        case ChangeKind.MERGED:
            _part(theme, heirs[0], change, now=now)
        case ChangeKind.SPLIT:
            _rejoin(theme, heirs, change, now=now)
        case ChangeKind.RENAMED:
            _call_back(theme, change, now=now)
        case ChangeKind.RETIRED:
            _bring_back(theme, change, now=now)
    for notice_id in change.notice_ids:
        take_back_notice(notice_id, now=now)
    change.undone_at = now
    db.session.flush()
    return change


def _changed_since(change: ThemeChange, theme_ids: Sequence[int]) -> bool:
    heirs = select(ThemeHeir.theme_id).where(ThemeHeir.heir_id.in_(theme_ids),
                                             ThemeHeir.ended_at.is_(None))
    return db.session.scalar(
        select(ThemeChange.id)
        .where(ThemeChange.id > change.id, ThemeChange.undone_at.is_(None),
               or_(ThemeChange.theme_id.in_(theme_ids),
                   ThemeChange.theme_id.in_(heirs)
                   & ThemeChange.kind.in_([ChangeKind.MERGED, ChangeKind.SPLIT])))
        .limit(1)
    ) is not None


def _part(theme: Theme, into: Theme, change: ThemeChange, *, now: datetime) -> None:
    knew, wide = change.notice_ids
    owe(merged_no_more(theme, into), to=who_knows(knew), now=now)
    owe(took_no_part(theme, into), to=who_knows(wide), now=now)
    give_up(theme, [into.id], now=now)
    _restore_articles(theme, change, now=now)
    theme.retired_at = None


def _rejoin(
    theme: Theme, heirs: Sequence[Theme], change: ThemeChange, *, now: datetime
) -> None:
    made = [heir for heir in heirs if heir.id in change.new_theme_ids]
    taking = [heir for heir in heirs if heir not in made]
    new_readers = followers([part.id for part in made], but_not=[theme.id])
    told = union(who_knows(change.notice_ids[0]), new_readers).subquery()
    owe(split_no_more(theme, made or heirs), to=select(told.c.subscriber_id), now=now)
    for part, notice_id in zip(taking, change.notice_ids[1:], strict=True):
        owe(took_no_part(theme, part), to=who_knows(notice_id), now=now)
    give_up(theme, [part.id for part in taking], now=now)
    end_heirs(theme, now=now)
    _restore_articles(theme, change, now=now)
    theme.retired_at = None
    # The parts that were made for it become part of it again, with all that is due by them.
    for part in made:
        inherit(part, [theme], now=now)
        part.retired_at = now
    move_to_come([part.id for part in made], [theme.id], now=now)


def _call_back(theme: Theme, change: ThemeChange, *, now: datetime) -> None:
    names = Said(theme.name_nl, theme.name_en)
    words = dict(change.before)
    slug = words.pop("slug")
    give_words(theme, ThemeDraft(**words), slug=slug)
    for notice_id in change.notice_ids:
        owe(renamed(names, theme), to=who_knows(notice_id), now=now)


def _bring_back(theme: Theme, change: ThemeChange, *, now: datetime) -> None:
    owe(retired_no_more(theme), to=who_knows(change.notice_ids[0]), now=now)
    give(change.moved_article_ids, [theme.id], now=now)
    theme.retired_at = None


def _restore_articles(theme: Theme, change: ThemeChange, *, now: datetime) -> None:
    """What was to come goes back; of what appeared meanwhile nobody loses anything."""
    give(change.moved_article_ids, [theme.id], now=now)
    take_back([(article_id, theme_id) for article_id, theme_id in change.before["given"]
               if theme_id not in change.new_theme_ids], now=now)
