"""Claim: take some of what is owed, under one lease that the database's clock grants (R07)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import text

from newsletter.deliveries.models import DeliveryStatus, MailKind, SkipReason
from newsletter.extensions import db
from newsletter.jobs import Lane


@dataclass(frozen=True, slots=True)
class Fixed:
    """What a first claim fixed: when, under which secret key, and which DKIM selectors sign."""

    at: datetime
    key_id: str
    dkim: tuple[str, ...]


@dataclass(slots=True)
class Due:
    """A delivery that is due, its row locked; `first` is empty until it was claimed once."""

    id: int
    kind: MailKind
    mailing_id: int | None
    variant_id: int | None
    subscriber_id: int | None
    account_id: int | None
    params: Mapping[str, Any]
    created_at: datetime
    status: DeliveryStatus
    attempts: int
    link_nonce: int | None
    message_id: str | None
    first: Fixed | None
    correction: int = 0
    tried_for: float = 0.0  # seconds, long waits counted short; see `LONGEST_GAP`


_ID = attrgetter("id")
_KINDS = {kind.value: kind for kind in MailKind}
_STATUSES = {status.value: status for status in DeliveryStatus}

# Between two attempts we wait no longer, save where a pace, a pause or a relay that is away held a
# mail: of such a wait only so much counts as trying (R19), so that nobody fails by waiting.
LONGEST_GAP = timedelta(hours=2)

# Asked behind the lock: the query that locks a row sees it as it was left, but of the claim that
# left it so only what was committed before that query began.
_EARLIER = text("""
    select d.id, c.at, c.key_id, c.dkim,
           case when d.attempts > 0 then (
               select coalesce(sum(extract(epoch from least(until - ended_at, :gap)) ::float8), 0)
                 from (select ended_at,
                              lead(ended_at, 1, statement_timestamp()) over (order by ended_at)
                                  as until
                         from attempts where delivery_id = d.id) tried)
           else 0.0 ::float8 end
      from deliveries d left join claims c on c.id = d.first_claim_id
     where d.id = any(cast(:ids as bigint[]))
""")

_OPEN = text("""
    insert into claims (lane, worker, lease_until, key_id, dkim)
    values (:lane, :worker, clock_timestamp() + :lease, :key_id, :dkim)
    returning id, at
""")

# By ids and bounds, so that nothing but these rows is read and no partition but theirs, whatever is
# thought of how many there are. Without a join: once PostgreSQL plans for any number of them, it
# compares each with each.
_TAKE = text("""
    update deliveries d
       set status = 'claimed', claim_id = :claim_id,
           first_claim_id = coalesce(d.first_claim_id, :claim_id),
           link_nonce = coalesce(d.link_nonce,
                                 (cast(:nonces as jsonb) ->> d.id::text)::integer, 0),
           params = case when cast(:said as jsonb) ? d.id::text
                         then d.params || jsonb_build_object(
                             'said', cast(:said as jsonb) -> d.id::text)
                         else d.params end
     where d.id = any(cast(:ids as bigint[])) and d.id between :first and :last
""")

# As it was before the claim.
BACK = """claim_id = null,
           status = case when d.unclear_count > 0 then 'unclear'
                         when d.attempts > 0 then 'deferred' else 'pending' end"""


def as_array(numbers: Iterable[int]) -> str:
    """An array in PostgreSQL's own words, which a driver needs a tenth of the time for."""
    return f"{{{','.join(map(str, numbers))}}}"


def read_due(locked: Sequence[Sequence[Any]]) -> list[Due]:
    """What `lock_due` found, with what the first claim of each fixed, in the order of their ids."""
    found: list[Due] = []
    earlier: dict[int, Due] = {}
    for (delivery_id, kind, mailing_id, variant_id, subscriber_id, account_id, params, created_at,
         status, attempts, link_nonce, message_id, correction, first_claim_id) in locked:
        due = Due(
            delivery_id, _KINDS[kind], mailing_id, variant_id, subscriber_id, account_id,
            params or {}, created_at, _STATUSES[status], attempts, link_nonce, message_id, None,
            correction,
        )
        found.append(due)
        if attempts or first_claim_id is not None:
            earlier[delivery_id] = due
    if earlier:
        asked = {"ids": as_array(earlier), "gap": LONGEST_GAP}
        for delivery_id, at, key_id, dkim, tried_for in db.session.execute(_EARLIER, asked):
            due = earlier[delivery_id]
            due.first = None if at is None else Fixed(at, key_id, tuple(dkim))
            due.tried_for = tried_for
    found.sort(key=_ID)
    return found


def open_claim(
    lane: Lane, *, worker: str, lease: timedelta, key_id: str, dkim: Sequence[str]
) -> tuple[int, datetime]:
    """A new claim with its lease; its number, and the database's moment."""
    row = db.session.execute(
        _OPEN, {"lane": lane.value, "worker": worker, "lease": lease, "key_id": key_id,
                "dkim": list(dkim)},
    ).one()
    return row[0], row[1]


def take(
    claim_id: int, nonces: Mapping[int, int], said: Mapping[int, Mapping[str, Any]]
) -> None:
    """Put locked deliveries into the claim; with what a first claim fixes of each.

    `nonces` has every delivery by its id; `said` the facts of single mails, where there are any.
    """
    if not nonces:
        return
    db.session.execute(_TAKE, {
        "claim_id": claim_id, "ids": as_array(nonces), "first": min(nonces), "last": max(nonces),
        # Of most readers it is 0.
        "nonces": json.dumps({each: nonce for each, nonce in nonces.items() if nonce}),
        "said": json.dumps({each: dict(facts) for each, facts in said.items()}),
    })


def skip(ids: Sequence[int], *, reason: SkipReason) -> None:
    """Close locked deliveries that are no longer owed (R16)."""
    if ids:
        db.session.execute(
            text("""update deliveries set status = 'skipped', skip_reason = :reason,
                           ended_at = clock_timestamp(), claim_id = null
                     where id = any(:ids)"""),
            {"ids": list(ids), "reason": reason.value},
        )


def put_off(waits: Mapping[int, float]) -> None:
    """Let locked deliveries wait as they are, each so many seconds, until there is room (R19)."""
    if waits:
        db.session.execute(
            text("""update deliveries d
                       set due_at = clock_timestamp() + make_interval(secs => v.wait)
                      from unnest(:ids ::bigint[], :waits ::float8[]) as v(id, wait)
                     where d.id = v.id"""),
            {"ids": list(waits), "waits": list(waits.values())},
        )


def release(ids: Sequence[int], *, wait: timedelta, claim_ids: Sequence[int]) -> None:
    """Give back what these claims hold and surely never offered; due again after `wait`."""
    if ids:
        db.session.execute(
            text(f"""update deliveries d set {BACK},
                           due_at = greatest(d.due_at, clock_timestamp() + :wait)
                     where d.id = any(:ids) and d.claim_id = any(:claim_ids)
                       and d.status = 'claimed'"""),  # noqa: S608 (only constants are joined)
            {"ids": list(ids), "claim_ids": list(claim_ids), "wait": wait},
        )


def sent_before(ids: Sequence[int]) -> set[int]:
    """Which of these, claimed as they are, were sent: a late answer to an earlier claim tells."""
    if not ids:
        return set()
    return set(db.session.scalars(
        text("select id from deliveries where id = any(:ids) and status = 'sent'"),
        {"ids": list(ids)},
    ))


def renew(claim_ids: Sequence[int], *, lease: timedelta) -> list[int]:
    """Which of these claims are still held, each for a whole lease more from now."""
    rows = db.session.scalars(
        text("""update claims set lease_until = clock_timestamp() + :lease
                 where id = any(:ids) and lease_until is not null returning id"""),
        {"ids": list(claim_ids), "lease": lease},
    )
    return list(rows)


def close_claims(claim_ids: Sequence[int]) -> None:
    """End claims of which nothing is in hand any more."""
    if claim_ids:
        db.session.execute(
            text("update claims set lease_until = null where id = any(:ids)"),
            {"ids": list(claim_ids)},
        )


def let_go_unknown(worker: str, *, known: Sequence[int]) -> int:
    """Give back what this worker claimed without hearing so, for the commit's answer got lost.

    How many deliveries that were (R11).
    """
    found = list(db.session.scalars(
        text("""select id from claims where lease_until is not null and worker = :worker
                   and not id = any(:known) for update"""),
        {"worker": worker, "known": list(known)},
    ))
    if not found:
        return 0
    rows = db.session.execute(
        text(f"""update deliveries d set {BACK}
                  where d.claim_id = any(:ids) and d.status = 'claimed'
              returning d.id"""),  # noqa: S608 (only constants are joined)
        {"ids": found},
    ).all()
    close_claims(found)
    return len(rows)
