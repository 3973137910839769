"""Set the pace: limits and warm-up plans, heeded from the next claim on (R19, D06)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from newsletter import clock
from newsletter.addresses import check
from newsletter.deliveries.pace import domain_of, hold
from newsletter.deliveries.pace_models import PaceBucket, PaceLimit, SlowedDomain, WarmUpDay
from newsletter.deliveries.pace_scope import EACH, TOTAL
from newsletter.deliveries.slow_down import level_after, slowed
from newsletter.errors import BadAddress, BadInput
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.mailings.start import WAKE_UPS

LONGEST_PLAN = 366  # days

# What waits for its turn under the limits of before; whoever is being claimed is due already.
_WAKE = text("""
    update deliveries set due_at = clock_timestamp()
     where id = any (array (
           select d.id from mailings m
            cross join lateral (
                  select d.id from deliveries d
                   where d.mailing_id = m.id and d.status = 'pending'
                     and d.due_at > clock_timestamp()
                     for update skip locked) d
            where m.status = 'sending'))
       and status = 'pending'
""")


def scope_of(typed: str, *, each_may: bool = True) -> str:
    """What a limit is for: "total", "each", or a domain as it is compared (A-labels, lower case).

    Raises BadInput when it is none of these, or "each" where that has no meaning.
    """
    word = typed.strip().lower()
    if word == TOTAL or (word == EACH and each_may):
        return word
    try:
        return domain_of(check(f"x@{word}"))
    except BadAddress as error:
        raise BadInput("scope", "no_domain") from error


def set_limit(
    scope: str, *, per_second: float | None, at_once: int | None, by: str, now: datetime
) -> None:
    """Limit a scope to so many mails a second and so many at once; None leaves what stood there.

    Raises BadInput when both are None, when one is not above zero, or for all mails at once.
    """
    if per_second is None and at_once is None:
        raise BadInput("limit", "empty")
    if (per_second is not None and per_second <= 0) or (at_once is not None and at_once <= 0):
        raise BadInput("limit", "not_above_zero")
    if scope == TOTAL and at_once is not None:
        raise BadInput("at_once", "of_domains_only")  # all together are as many as connections
    hold(db.session())
    adding = insert(PaceLimit).values(
        scope=scope, per_second=per_second, at_once=at_once, changed_at=now, changed_by=by
    )
    db.session.execute(adding.on_conflict_do_update(index_elements=[PaceLimit.scope], set_={
        "per_second": func.coalesce(adding.excluded.per_second, PaceLimit.per_second),
        "at_once": func.coalesce(adding.excluded.at_once, PaceLimit.at_once),
        "changed_at": now,
        "changed_by": by,
    }))
    _wake_waiting()


def plan_warm_up(scope: str, amounts: Sequence[int], *, first_day: date) -> date:
    """Let so many mails leave on each day from `first_day` on; the last day of the plan.

    Days are Amsterdam's. It takes the place of an earlier plan of the scope; what has left today
    counts. After the last day nothing is held. Raises BadInput for an empty plan, a negative
    amount or more than a year.
    """
    if not amounts or min(amounts) < 0 or len(amounts) > LONGEST_PLAN:
        raise BadInput("amounts", "out_of_range")
    hold(db.session())
    days = [first_day + timedelta(days=number) for number in range(len(amounts))]
    db.session.execute(
        delete(WarmUpDay).where(WarmUpDay.scope == scope, WarmUpDay.day.not_in(days))
    )
    adding = insert(WarmUpDay).values([
        {"scope": scope, "day": day, "amount": amount}
        for day, amount in zip(days, amounts, strict=True)
    ])
    db.session.execute(adding.on_conflict_do_update(
        index_elements=[WarmUpDay.scope, WarmUpDay.day], set_={"amount": adding.excluded.amount}
    ))
    _wake_waiting()
    return days[-1]


def clear(scope: str, *, only_warm_up: bool = False) -> int:
    """Take away the limit and the warm-up plan of a scope, or that plan alone; how many rows."""
    hold(db.session())
    tables = (WarmUpDay,) if only_warm_up else (WarmUpDay, PaceLimit)
    gone = sum(
        len(db.session.scalars(
            delete(table).where(table.scope == scope).returning(table.scope)).all())
        for table in tables
    )
    _wake_waiting()
    return gone


def limits() -> list[dict[str, Any]]:
    """Every scope that is limited, planned or slowed now, and how; moments in UTC."""
    now: datetime = db.session.execute(text("select clock_timestamp()")).scalar_one()
    today = clock.local(now).date()
    set_ones = {row.scope: row for row in db.session.scalars(select(PaceLimit))}
    days = {row.scope: row for row in db.session.scalars(
        select(WarmUpDay).where(WarmUpDay.day == today))}
    levels = {
        row.domain: level for row in db.session.scalars(select(SlowedDomain))
        if (level := level_after(row.level, seconds=(now - row.slowed_at).total_seconds()))
    }
    each = set_ones.get(EACH)
    rows = []
    for scope in sorted({*set_ones, *days, *levels}, key=lambda s: (s != TOTAL, s != EACH, s)):
        limit, day = set_ones.get(scope), days.get(scope)
        in_force = limit or each
        rate = in_force.per_second if in_force else None
        rows.append({
            "scope": scope,
            "per_second": limit.per_second if limit else None,
            "at_once": limit.at_once if limit else None,
            "slowed_to": slowed(rate, levels[scope]) if scope in levels else None,
            "today": day.amount if day else None,
            "taken_today": day.taken if day else None,
            "changed_by": limit.changed_by if limit else None,
            "changed_at": limit.changed_at if limit else None,
        })
    return rows


def coming_days() -> list[dict[str, Any]]:
    """The warm-up plans from today (Amsterdam) on, day by day."""
    today = func.timezone("Europe/Amsterdam", func.clock_timestamp()).cast(WarmUpDay.day.type)
    found = select(WarmUpDay).where(WarmUpDay.day >= today)
    return [
        {"scope": row.scope, "day": row.day, "amount": row.amount, "taken": row.taken}
        for row in db.session.scalars(found.order_by(WarmUpDay.scope, WarmUpDay.day))
    ]


def _wake_waiting() -> None:
    """Let what waits under the limits of before be looked at under those of now, at once."""
    db.session.execute(update(PaceBucket).values(booked_until=None))
    db.session.execute(_WAKE)
    enqueue(Job.SEND_BULK, times=WAKE_UPS)
