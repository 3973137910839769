"""Pace: how many deliveries may be claimed now, and which, under every limit in force (R19, D06).

Limits, plans and switches are rows, so they hold for all workers on all machines and change while
these run. Only the database's clock is asked. While nothing is limited each question is one look.
A transaction in which anything is limited holds one lock from its first question to its commit:
so no two wait for each other, and none takes what another has taken.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.deliveries.pace_scope import TOTAL, read, write
from newsletter.errors import MailError
from newsletter.jobs import Lane
from newsletter.mailer.headers import to_a_label

ASK_AGAIN_SECONDS = 0.1  # how soon `room` may have more after it said 0
SOON_SECONDS = 5.0  # what is due by then is worth waiting for; the tick asks for the rest


class Candidate(NamedTuple):
    """A delivery that may be claimed, and the domain it goes to (as `domain_of` spells it)."""

    delivery_id: int
    domain: str


class Admitted(NamedTuple):
    """Which candidates leave now, and in how many seconds each of the others is due again."""

    now: list[int]
    later: list[tuple[int, float]]


class Look(NamedTuple):
    """Whether nothing may be claimed now, and whether anything is limited at all."""

    is_stopped: bool
    is_limited: bool


# The key of the lock is the table itself. What a lock taken here protects is read by the next
# statement: this one still sees what stood there before it waited.
_LOOK = text("""
    select exists (select from switches
                    where name in ('sending_stopped', 'sending_held') and is_on) as is_stopped,
           case when exists (select from pace_limits)
                  or exists (select from warm_up_days
                              where day = (clock_timestamp() at time zone 'Europe/Amsterdam')::date)
                  or exists (select from slowed_domains
                              where level > 0
                                and slowed_at + level * interval '10 seconds' > clock_timestamp())
                then pg_advisory_xact_lock('pace_limits'::regclass::oid::integer, 0)::text
            end is not null as is_limited
""")

_GIVE_BACK = text("""
    with buckets as (
        update pace_buckets b set tokens = b.tokens + v.count
          from unnest(:scopes ::text[], :counts ::integer[]) as v(scope, count)
         where b.scope = v.scope
    ), days as (
        update warm_up_days w set taken = greatest(w.taken - v.count, 0)
          from unnest(:scopes ::text[], :counts ::integer[]) as v(scope, count)
         where w.scope = v.scope
           and w.day = (clock_timestamp() at time zone 'Europe/Amsterdam')::date
    )
    delete from pace_slots where delivery_id = any(:ids)
""")

# `mailings` by table name only: it lives a floor higher.
_HALTED = text("""
    select null::bigint where exists (
           select from switches where name in ('sending_stopped', 'sending_held') and is_on)
     union all
    select id from mailings where id = any(:ids) and status <> 'sending'
""")


# One look into each mailing, along the index of what is owed.
_NEXT_OF_MAILINGS = text("""
    select extract(epoch from min(d.due_at) - statement_timestamp())::float8
      from mailings m
     cross join lateral (
            select d.due_at from deliveries d
             where d.mailing_id = m.id and d.status in ('pending', 'deferred', 'unclear')
               and d.due_at <= statement_timestamp() + :soon
             order by d.due_at, d.id limit 1) d
     where m.status = 'sending'
""")
_NEXT_SINGLE = text("""
    select extract(epoch from min(d.due_at) - statement_timestamp())::float8
      from deliveries d
     where d.mailing_id is null and d.lane = 'prompt'
       and d.status in ('pending', 'deferred', 'unclear')
       and d.due_at <= statement_timestamp() + :soon
""")


def hold(session: Session) -> None:
    """Let nobody claim under a limit until this transaction ends; take it before anything else."""
    session.execute(text("select pg_advisory_xact_lock('pace_limits'::regclass::oid::integer, 0)"))


def domain_of(address: str) -> str:
    """The domain of an address as limits name it: A-labels, lower case."""
    try:
        return to_a_label(address).rpartition("@")[2].lower()
    except MailError:  # no mail can be made for it; that is said elsewhere
        return address.rpartition("@")[2].lower()


def look(session: Session) -> Look:
    """One look, for a claim of which no more has to be asked while nothing is limited.

    Where something is, the claim asks `room` and `admit` as well.
    """
    return Look(*session.execute(_LOOK).one())


def room(session: Session, *, lane: Lane, wanted: int) -> int:
    """How many deliveries of a lane may be claimed now, at most `wanted`, whatever their domains.

    0 while sending is stopped or held; else what the total rate and the warm-up plan of the day
    leave, of which bulk leaves some to prompt. Nothing is taken yet: `admit` does so.
    Call it in the claim's transaction, after `look` and before `admit`; at 0 ask again after
    ASK_AGAIN_SECONDS.
    """
    is_stopped, is_limited = look(session)
    if is_stopped:
        return 0
    if not is_limited:
        return wanted
    total = read(session, [TOTAL]).get(TOTAL)
    return wanted if total is None else min(wanted, total.left(is_prompt=lane is Lane.PROMPT))


def admit(session: Session, candidates: Sequence[Candidate], *, lane: Lane) -> Admitted:
    """Which of these, in their order, may be claimed now; the rest is due again when it says.

    Takes what they use of the rates, the warm-up plans and the places at once, of all mails and of
    their domains. A place is free again when its delivery is no longer claimed, however that came.
    Call it once in the claim's transaction, before the deliveries are marked as claimed.
    """
    if not candidates or not look(session).is_limited:
        return Admitted([candidate.delivery_id for candidate in candidates], [])
    scopes = read(session, [TOTAL, *{candidate.domain for candidate in candidates}])
    total = scopes.get(TOTAL)
    is_prompt = lane is Lane.PROMPT
    admitted = Admitted([], [])
    for delivery_id, domain in candidates:
        in_force = [scope for scope in (total, scopes.get(domain)) if scope is not None]
        full = [scope for scope in in_force if not scope.left(is_prompt=is_prompt)]
        if full:
            waits = max(scope.book(is_prompt=is_prompt) for scope in full)
            admitted.later.append((delivery_id, waits))
            continue
        for scope in in_force:
            scope.take(delivery_id)
        admitted.now.append(delivery_id)
    write(session, scopes.values())
    return admitted


def give_back(session: Session, candidates: Iterable[Candidate]) -> None:
    """Return what was taken for deliveries that were admitted and not offered after all.

    Not needed for those that were offered, however that ended, nor after a kill: places go with
    the claim, and a lost token only makes us slower. In a transaction of its own, or before `room`.
    """
    given = list(candidates)
    if not given or not look(session).is_limited:
        return
    counts = Counter(candidate.domain for candidate in given)
    counts[TOTAL] = len(given)
    session.execute(_GIVE_BACK, {
        "scopes": list(counts), "counts": list(counts.values()),
        "ids": [candidate.delivery_id for candidate in given],
    })


def next_turn(session: Session, *, lane: Lane) -> float | None:
    """In how many seconds the first of a lane is due, at most SOON_SECONDS; None if none is.

    For when nothing is due: those whose turn comes soon are worth waiting for. Without this each
    of them would wait for the tick, and a rate would never be reached.
    """
    query = _NEXT_OF_MAILINGS if lane is Lane.BULK else _NEXT_SINGLE
    found: float | None = session.scalar(query, {"soon": timedelta(seconds=SOON_SECONDS)})
    return None if found is None else max(found, 0.0)


def halted(session: Session, mailing_ids: Collection[int | None]) -> set[int | None]:
    """Which of these mailings may not go on (paused, cancelled); None stands for single mails.

    All of them while sending is stopped or held. One statement; workers ask it each second (D06).
    """
    asked = set(mailing_ids)
    found = set(session.scalars(_HALTED, {"ids": [each for each in asked if each is not None]}))
    return asked if None in found else found


def forget(session: Session) -> None:
    """Take away places of claims that ended and buckets that nobody asked for an hour.

    For the tick: the names of readers' domains are not kept.
    """
    session.execute(text("""
        delete from pace_slots s
         where not exists (select from deliveries d
                            where d.id = s.delivery_id and d.status = 'claimed')
    """))
    session.execute(text("""
        delete from pace_buckets b
         where greatest(b.filled_at, b.booked_until) < clock_timestamp() - interval '1 hour'
    """))
