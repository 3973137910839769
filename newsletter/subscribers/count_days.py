"""Count days: what the ledger of consent says of each day that is over, kept as figures.

A day is counted once, after which retention and erasure may take what it was counted from. Each
entry of the ledger counts on its own day in Amsterdam, for what it changed: so the days add up to
the ledger, whatever was missed and whenever it is made up for.
"""

from datetime import date, datetime, timedelta
from datetime import time as wall_time

from sqlalchemy import func, select, text

from newsletter import clock
from newsletter.extensions import db
from newsletter.subscribers.figure_models import Figure, Measure

# Who pressed a button before midnight is in the ledger long before this.
SETTLED = timedelta(hours=2)
AT_ONCE = 60  # days, for a short transaction where years are made up for
_LOCK = text("select pg_advisory_xact_lock('figures'::regclass::oid::integer, 0)")
_FIRST = text("select min((at at time zone 'Europe/Amsterdam')::date) from consents")


# Who has her address moved changes nothing else by it, and may have left before.
_MOVED = "means in ('address_change', 'address_undo') and act = 'changed'"


def _alive(entry: str, before: str) -> str:
    """SQL: whether she was a reader after this entry; `before` is the entry ahead of it.

    What is withdrawn after a mere question was never given.
    """
    return (f"coalesce(({entry}.act in ('given', 'changed') or {entry}.act = 'withdrawn' and "
            f"{before}.act <> 'asked') and (({entry}.choices->>'editions')::boolean or "
            f"{entry}.choices->>'cadence' <> 'none'), false)")


def _ahead_of(entry: str) -> str:
    """SQL: the entry of the same reader ahead of this one."""
    return f"""
        (select act, choices, sequence from consents
          where subscriber_id = c.subscriber_id and sequence < {entry}.sequence and not ({_MOVED})
          order by sequence desc limit 1)"""  # noqa: S608 (only constants are joined)


# Each entry from a moment until another, with what it changed.
CHANGES = f"""
    select c.subscriber_id, (c.at at time zone 'Europe/Amsterdam')::date as day, c.at, c.act,
           {_alive("c", "p")} as is_on, {_alive("p", "q")} as was_on,
           c.choices as has, p.choices as had,
           exists (select from subscriptions s
                    where s.subscriber_id = c.subscriber_id and s.ended_reason = 'erased'
                      and s.ended_at = c.at) as is_erased
      from (select * from consents
             where at >= :since and at < :until and not ({_MOVED})) c
      left join lateral {_ahead_of("c")} p on true
      left join lateral {_ahead_of("p")} q on true
"""  # noqa: S608 (likewise)
_COUNT = text(f"""
    with changes as ({CHANGES}),
    names as (select slug, id::text as subject from themes
               union select slug, theme_id::text from former_slugs),
    deltas as (
        select measure, subject, day, sum(n) as n
          from changes, lateral (
              select 'given' as measure, '' as subject, (is_on and not was_on)::integer as n
              union all select 'left', '', (was_on and not is_on and not is_erased)::integer
              union all select 'erased', '', (was_on and not is_on and is_erased)::integer
              union all select 'readers', '', is_on::integer - was_on::integer
              union all select 'cadence', has->>'cadence', is_on::integer
              union all select 'cadence', had->>'cadence', -was_on::integer
              union all select 'language', has->>'language', is_on::integer
              union all select 'language', had->>'language', -was_on::integer
              union all select 'theme', subject, is_on::integer
                from names where has->'themes' ? slug
              union all select 'theme', subject, -was_on::integer
                from names where had->'themes' ? slug
          ) told
         where n <> 0 group by measure, subject, day),
    standing as (
        select measure, subject, count from figures
         where day = cast(:first as date) - 1
           and measure in ('readers', 'cadence', 'language', 'theme')),
    series as (
        select 'readers' as measure, '' as subject
         union select measure, subject from standing
         union select measure, subject from deltas
                where measure in ('readers', 'cadence', 'language', 'theme')),
    counted as (
        select series.measure, series.subject, days.day::date as day,
               coalesce(standing.count, 0) + sum(coalesce(deltas.n, 0)) over (
                   partition by series.measure, series.subject order by days.day) as count
          from series
          cross join generate_series(cast(:first as date), cast(:last as date),
                                     interval '1 day') days(day)
          left join standing using (measure, subject)
          left join deltas on deltas.measure = series.measure
                          and deltas.subject = series.subject and deltas.day = days.day::date)
    insert into figures (measure, subject, day, count)
    select measure, subject, day, greatest(count, 0) from counted
     where count > 0 or measure = 'readers'
     union all
    select measure, subject, day, n from deltas where measure in ('given', 'left', 'erased')
     union all
    select 'bounced', '', (created_at at time zone 'Europe/Amsterdam')::date, count(*)
      from suppressions
     where reason = 'hard_bounce' and created_at >= :since and created_at < :until
     group by 3
""")  # noqa: S608 (likewise)
# The house gives readers a theme when one is merged or split, and no entry says so: of the newest
# day the rows themselves are counted.
_FORGET_THEMES = text("delete from figures where measure = 'theme' and day = :last")
_THEMES = text("""
    insert into figures (measure, subject, day, count)
    select 'theme', c.theme_id::text, cast(:last as date), count(*)
      from subscription_themes c
      join subscriptions s on s.subscriber_id = c.subscriber_id and s.status = 'active'
      join themes t on t.id = c.theme_id and t.retired_at is null
     group by c.theme_id
""")


def count_days(*, now: datetime) -> int:
    """How many days were counted: those that are over at the aware `now` and were not yet.

    At most sixty a call, oldest first; 0 when there are no more. Safe to repeat and to run twice
    at once. The first day is that of the oldest entry.
    """
    db.session.execute(_LOCK)
    newest = clock.local(now - SETTLED).date() - timedelta(days=1)
    counted = last_counted()
    first = db.session.scalar(_FIRST) if counted is None else counted + timedelta(days=1)
    if first is None or first > newest:
        return 0
    last = min(newest, first + timedelta(days=AT_ONCE - 1))
    days = {"first": first, "last": last}
    db.session.execute(_COUNT, {**days, "since": midnight(first),
                                "until": midnight(last + timedelta(days=1))})
    if last == newest:
        db.session.execute(_FORGET_THEMES, days)
        db.session.execute(_THEMES, days)
    return (last - first).days + 1


def last_counted() -> date | None:
    """The newest day that was counted."""
    found: date | None = db.session.scalar(
        select(func.max(Figure.day)).where(Figure.measure == Measure.READERS,
                                           Figure.subject == "")
    )
    return found


def midnight(day: date) -> datetime:
    """The aware moment at which a day begins in Amsterdam; some have 23 or 25 hours."""
    return datetime.combine(day, wall_time.min, clock.AMSTERDAM)
