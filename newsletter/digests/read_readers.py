"""Read readers: who is due a digest at a slot's cut-off, and what decides each selection.

Readers and their wishes are read once, into tables that live as long as the transaction, so that
what is compiled and what is planned can never differ, whoever changes a theme meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, TextClause, text

from newsletter.digests.due import Inherited, Links, Wish
from newsletter.digests.expect_editions import Expected, expect_editions
from newsletter.digests.queries import inheritances
from newsletter.extensions import db
from newsletter.mailings.in_memory import in_memory
from newsletter.mailings.owed import read_owed
from newsletter.mailings.texts import TEXTS_OF_MAILINGS

# Reckoned anew: who is marked so, whose first slot this may be, who chose a theme since just before
# the window, and whose delivery ended unsent since the slot before was planned. Nobody is marked
# only for being new: a first slot for a million readers has no mark to take away from them. `mark`
# tells later whether somebody changed the row of one who is.
_READERS = text("""
    create temporary table readers on commit drop as
    with unserved as materialized (
        select distinct subscriber_id from deliveries
         where mailing_id is not null and status in ('failed', 'skipped')
           and ended_at > :unsent_since
    )
    select s.subscriber_id, s.language, s.format,
           case when s.waiting_since is not null or s.is_reckoned_anew
                then s.xmin::text end as mark,
           s.is_reckoned_anew or s.confirmed_at > :new_since or u.subscriber_id is not null
             or s.subscriber_id in (
               select subscriber_id from subscription_themes
                where chosen_at > :chosen_since and inherited_id is null
           ) as is_anew,
           s.waiting_since is not null and (
               s.waiting_since < :window_from or u.subscriber_id is not null) as is_catch_up
      from subscriptions s left join unserved u on u.subscriber_id = s.subscriber_id
     where s.status = 'active' and s.cadence = :cadence and s.confirmed_at <= :cutoff
       and (s.cadence_since is null or s.cadence_since <= :cutoff)
       and (s.paused_until is null or s.paused_until <= :cutoff)
""")

_PAUSED = text("""
    select count(*) from subscriptions
     where status = 'active' and cadence = :cadence and confirmed_at <= :cutoff
       and paused_until > :cutoff
""")

# By which variants a reader is covered: of most readers only those that hold something fresh, of
# whom is reckoned anew all. Of mailings whose deliveries were dropped by what was kept of them.
_HAD = text(f"""
    create temporary table had on commit drop as
    with holding as materialized (
        select m.mailing_id, v.id as variant_id
          from variants v join {TEXTS_OF_MAILINGS} m on m.manifest_id = v.manifest_id
         where v.article_ids && cast(:fresh as bigint[])
    ), covering as materialized (
        select m.id as mailing_id, m.sending_at from mailings m
         where exists (select from variants v
                        where v.manifest_id = m.manifest_id and v.article_ids <> '{{}}')
           and exists (select from readers where is_anew)
    ), anew as materialized (
        select r.subscriber_id, s.created_at
          from readers r join subscribers s on s.id = r.subscriber_id where r.is_anew
    ), found as (
        select d.subscriber_id, d.variant_id
          from holding h join deliveries d on d.mailing_id = h.mailing_id
                                          and d.variant_id = h.variant_id
         where d.status not in ('failed', 'skipped')
         union
        select p.subscriber_id, p.variant_id
          from holding h
          join past_recipients k on k.mailing_id = h.mailing_id
                                and k.status not in ('failed', 'skipped')
         cross join unnest(k.subscriber_ids, k.variant_ids) p(subscriber_id, variant_id)
         where p.variant_id = h.variant_id
         union
        select d.subscriber_id, d.variant_id
          from covering c join anew a on a.created_at <= c.sending_at
          join deliveries d on d.mailing_id = c.mailing_id and d.subscriber_id = a.subscriber_id
         where d.status not in ('failed', 'skipped')
         union
        select p.subscriber_id, p.variant_id
          from covering c
          join past_recipients k on k.mailing_id = c.mailing_id
                                and k.status not in ('failed', 'skipped')
         cross join unnest(k.subscriber_ids, k.variant_ids) p(subscriber_id, variant_id)
          join anew a on a.subscriber_id = p.subscriber_id
    )
    select subscriber_id, array_agg(variant_id order by variant_id) as variants
      from found group by subscriber_id
""")  # noqa: S608 (only constants are joined)

# A theme counts when it was chosen by the cut-off and something in it may be due; choosing late
# falls in the next slot (R16). One that the house gave stands as the negative number of that gift.
# The choices are read in the order of their index, without a sort.
_THEMES = """(
        select subscriber_id, array_agg(case when inherited_id is null then theme_id
                                             else -inherited_id end order by theme_id) as themes
          from subscription_themes
         where chosen_at <= :cutoff and theme_id = any (cast(:{themes} as bigint[])) {whose}
         group by subscriber_id)"""
# One row for each wish, with all who share it: of a million readers a few thousand rows, which are
# joined and put in order in their place. Each half is gathered by itself: of both together the
# planner thinks so many wishes that it sorts all readers.
_SHARING = """
    select language, format, is_anew, is_catch_up, themes, had, notices,
           array_agg(subscriber_id) as subscriber_ids
      from (select r.subscriber_id, r.language, r.format, r.is_anew, r.is_catch_up, t.themes,
                   coalesce(h.variants, '{{}}') as had, coalesce(o.notices, '{{}}') as notices
              from readers r
              join {themes} t on t.subscriber_id = r.subscriber_id
              left join had h on h.subscriber_id = r.subscriber_id
              left join owed o on o.subscriber_id = r.subscriber_id
             where r.is_anew = {is_anew}) each
     group by language, format, is_anew, is_catch_up, themes, had, notices"""
_BY_WINDOW = _SHARING.format(themes=_THEMES.format(themes="fresh_themes", whose=""),
                             is_anew="false")
_ANEW = _SHARING.format(themes=_THEMES.format(themes="all_themes", whose=""), is_anew="true")
# Of few the themes are looked up, instead of those of all readers read once more.
_FEW_ANEW = _SHARING.format(is_anew="true", themes=_THEMES.format(
    themes="all_themes",
    whose="and subscriber_id in (select subscriber_id from readers where is_anew)"))
FEW = 10  # less than one in so many

_COUNT = text("select count(*), count(*) filter (where is_anew) from readers")

_WISHES = text("""
    select language, format, is_anew, is_catch_up, themes, had, notices,
           cardinality(subscriber_ids) as readers
      from wishing
     order by language, format, is_anew, is_catch_up, themes, had, notices
""")


@dataclass(frozen=True)
class Readers:
    """Who may be due something: the distinct wishes with how many readers share each.

    `in_slot` counts all readers of the cadence, `paused` those who get nothing meanwhile.
    """

    wishes: Mapping[Wish, int]
    in_slot: int
    paused: int


def read_readers(
    cadence: str,
    *,
    cutoff: datetime,
    window_from: datetime,
    chosen_since: datetime,
    new_since: datetime | None,
    unsent_since: datetime | None,
    links: Links,
    expected: Sequence[Expected] = (),
) -> Readers:
    """The readers of a cadence at a cut-off, once, for the rest of the transaction.

    `chosen_since`: from when on a choice of themes is looked at anew, with what it brings.
    `new_since`: from when on who confirmed may never have had a slot of the cadence, None for ever.
    `unsent_since`: from when on deliveries that ended unsent are looked at, None for ever.
    `expected`: in a rehearsal, the editions that will have left before.
    """
    db.session.execute(text("drop table if exists wished, wishing, had, readers"))
    in_memory()
    ever = datetime.min.replace(tzinfo=cutoff.tzinfo)
    db.session.execute(_READERS, {
        "cadence": cadence, "cutoff": cutoff, "window_from": window_from,
        "chosen_since": chosen_since, "new_since": new_since or ever,
        "unsent_since": unsent_since or ever})
    db.session.execute(text("analyze readers"))
    db.session.execute(_HAD, {"fresh": links.fresh_ids})
    read_owed()
    expect_editions(expected)
    db.session.execute(text("analyze had"))
    in_slot, anew = db.session.execute(_COUNT).one()
    db.session.execute(_wishing(in_slot, anew), {
        "cutoff": cutoff, "all_themes": links.theme_ids, "fresh_themes": links.fresh_theme_ids})
    db.session.execute(text("analyze wishing (language, format)"))
    given = inheritances()
    wishes = {wish_of(row, cadence, given): row.readers for row in db.session.execute(_WISHES)}
    values = {"cadence": cadence, "cutoff": cutoff}
    return Readers(wishes, in_slot, db.session.execute(_PAUSED, values).scalar_one())


def _wishing(in_slot: int, anew: int) -> TextClause:
    """The statement that gathers readers by wish, of whom `anew` are reckoned anew."""
    halves = [_BY_WINDOW] if anew < in_slot or not in_slot else []
    if anew:
        halves.append(_FEW_ANEW if anew * FEW < in_slot else _ANEW)
    return text("create temporary table wishing on commit drop as" + " union all ".join(halves))


def wish_of(row: Row[Any], cadence: str, given: Mapping[int, Inherited]) -> Wish:
    """The wish that a row of `wishing` holds; `given` are the gifts of the house by number."""
    inherited = frozenset(given[-number] for number in row.themes if number < 0)
    chosen = {number for number in row.themes if number > 0}
    return Wish(cadence, row.language, row.format,
                frozenset(chosen | {each.theme_id for each in inherited}), row.is_anew,
                row.is_catch_up, frozenset(row.had), inherited, frozenset(row.notices))
