"""What a limit, a warm-up plan or slowness leaves of one scope: a domain, or all mails together."""

import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from newsletter.deliveries.bucket import Bucket
from newsletter.deliveries.slow_down import level_after, slowed

TOTAL, EACH = "total", "each"  # no domain that mail goes to is named without a dot

# How long one that waits for a place among those at once is thought to wait for each before it.
SECONDS_A_PLACE = 0.05
# A mail is looked at again by then at the latest, should what it waits for have changed.
LONGEST_WAIT, LONGEST_WAIT_SLOWED = 3600.0, 60.0

_READ = text("""
    select s.scope, found.per_second, found.at_once, slow.level,
           extract(epoch from clock.now - slow.slowed_at)::float8 as slowed_seconds,
           b.tokens, extract(epoch from clock.now - b.filled_at)::float8 as unfilled_seconds,
           coalesce(extract(epoch from b.booked_until - clock.now), 0)::float8 as booked,
           case when found.at_once is not null then (
               select count(*) from pace_slots p join deliveries d on d.id = p.delivery_id
                where p.scope = s.scope and d.status = 'claimed') end as in_hand,
           w.amount - w.taken as left_today, clock.now,
           extract(epoch from clock.midnight - clock.now)::float8 as until_midnight
      from (select now, (now at time zone 'Europe/Amsterdam')::date as today,
                   ((now at time zone 'Europe/Amsterdam')::date + 1)::timestamp
                       at time zone 'Europe/Amsterdam' as midnight
              from (select clock_timestamp() as now) moment) clock
     cross join unnest(:scopes ::text[]) as s(scope)
      left join pace_limits own on own.scope = s.scope
      left join pace_limits each on each.scope = 'each' and own.scope is null
                                and s.scope <> 'total'
     cross join lateral (select coalesce(own.per_second, each.per_second) as per_second,
                                coalesce(own.at_once, each.at_once) as at_once) found
      left join slowed_domains slow on slow.domain = s.scope and slow.level > 0
      left join pace_buckets b on b.scope = s.scope
      left join warm_up_days w on w.scope = s.scope and w.day = clock.today
     where num_nonnulls(found.per_second, found.at_once, slow.level, w.amount) > 0
""")

_WRITE = text("""
    with buckets as (
        insert into pace_buckets (scope, tokens, filled_at, booked_until)
        select v.scope, v.tokens, :now, :now + v.booked * interval '1 second'
          from unnest(:scopes ::text[], :tokens ::float8[], :booked ::float8[])
               as v(scope, tokens, booked)
        on conflict (scope) do update
           set tokens = excluded.tokens, filled_at = excluded.filled_at,
               booked_until = excluded.booked_until
    ), days as (
        update warm_up_days w set taken = w.taken + v.taken
          from unnest(:planned ::text[], :taken ::integer[]) as v(scope, taken)
         where w.scope = v.scope and w.day = (:now at time zone 'Europe/Amsterdam')::date
    ), freed as (
        delete from pace_slots s
         where s.scope = any(:capped ::text[]) and s.delivery_id <> all(:ids ::bigint[])
           and not exists (select from deliveries d
                            where d.id = s.delivery_id and d.status = 'claimed')
    )
    insert into pace_slots (delivery_id, scope)
    select * from unnest(:ids ::bigint[], :slots ::text[])
    on conflict (delivery_id) do update set scope = excluded.scope
""")


@dataclass
class Scope:
    """What may still leave, now and today; and for how many seconds turns are given out."""

    name: str
    now: datetime
    bucket: Bucket | None
    at_once: int | None
    places: int
    left_today: int | None
    until_midnight: float
    booked: float
    longest_wait: float
    taken: list[int] = field(default_factory=list)

    def left(self, *, is_prompt: bool) -> int:
        """How many more may leave now.

        Of a rate and of the places at once bulk leaves some to prompt; a warm-up plan counts
        prompt mails and never holds one back, for a confirmation tomorrow is of no use (R26).
        """
        bounds = []
        if self.bucket is not None:
            bounds.append(self.bucket.left(is_prompt=is_prompt))
        if self.at_once is not None:
            bounds.append(self.places - (not is_prompt and self.at_once > 1))
        if self.left_today is not None and not is_prompt:
            bounds.append(self.left_today)
        return max(min(bounds, default=sys.maxsize), 0)

    def take(self, delivery_id: int) -> None:
        """Let this one leave; the caller asked `left` before."""
        if self.bucket is not None:
            self.bucket.take()
        if self.left_today is not None:
            self.left_today -= 1
        self.places -= 1
        self.taken.append(delivery_id)

    def book(self, *, is_prompt: bool) -> float:
        """In how many seconds one that must wait gets its turn: each a little after the other.

        So that of a million that wait, only those whose turn has come are looked at again.
        """
        if self.left_today is not None and self.left_today <= 0 and not is_prompt:
            return self.until_midnight
        gap = 0.0 if self.bucket is None else 1 / self.bucket.per_second
        if self.at_once is not None:
            gap = max(gap, SECONDS_A_PLACE / self.at_once)
        if is_prompt:
            return gap
        self.booked = min(self.booked + gap, self.longest_wait)
        return self.booked


def read(session: Session, names: Collection[str]) -> dict[str, Scope]:
    """Those of these scopes that anything limits, as they stand now by the database's clock."""
    found = (_scope(row) for row in session.execute(_READ, {"scopes": sorted(names)}))
    return {scope.name: scope for scope in found if scope is not None}


def _scope(row: Row[tuple[object, ...]]) -> Scope | None:
    level = level_after(row.level, seconds=row.slowed_seconds) if row.level else 0
    rate = slowed(row.per_second, level) if level else row.per_second
    if rate is None and row.at_once is None and row.left_today is None:
        return None
    longest = LONGEST_WAIT_SLOWED if level else LONGEST_WAIT
    return Scope(
        name=row.scope,
        now=row.now,
        bucket=None if rate is None else Bucket.filled(
            rate, tokens=row.tokens, seconds=row.unfilled_seconds or 0.0),
        at_once=row.at_once,
        places=(row.at_once or 0) - (row.in_hand or 0),
        left_today=row.left_today,
        until_midnight=row.until_midnight,
        booked=min(max(row.booked, 0.0), longest),
        longest_wait=longest,
    )


def write(session: Session, scopes: Iterable[Scope]) -> None:
    """Keep what was taken and booked: one statement for all."""
    all_scopes = sorted(scopes, key=lambda scope: scope.name)
    if not all_scopes:
        return
    planned = [scope for scope in all_scopes if scope.left_today is not None]
    capped = [scope for scope in all_scopes if scope.at_once is not None]
    held = [(each, scope.name) for scope in capped for each in scope.taken]
    session.execute(_WRITE, {
        "now": all_scopes[0].now,
        "scopes": [scope.name for scope in all_scopes],
        "tokens": [scope.bucket and scope.bucket.tokens for scope in all_scopes],
        "booked": [scope.booked for scope in all_scopes],
        "planned": [scope.name for scope in planned],
        "taken": [len(scope.taken) for scope in planned],
        "capped": [scope.name for scope in capped],
        "ids": [delivery_id for delivery_id, _ in held],
        "slots": [name for _, name in held],
    })
