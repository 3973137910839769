"""Record: make outcomes durable, an attempt for every answer (R21), safe to repeat (R11)."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.extensions import db


class Result(NamedTuple):
    """How one attempt of one claimed delivery ended; `status` is what becomes of the delivery.

    Moments are seconds since 1970 in UTC by the worker's clock; `wait` is in seconds.
    """

    delivery_id: int
    claim_id: int
    outcome: Outcome
    status: DeliveryStatus
    started_at: float
    ended_at: float
    reply_code: str | None = None
    reply_text: str = ""
    wait: float = 0.0
    message_id: str | None = None
    mailing_id: int | None = None


# One statement, so that outside a transaction it is one by itself, and one turn of the line. What
# it is given is one text: a driver takes a microsecond for a row of it, and ten for one of arrays.
# By ids and bounds as well, so that nothing but these rows is read and no partition but theirs,
# whatever is thought of how many there are.
# Fenced: only the claim's owner may move a delivery, save that a late 250 settles whatever is
# still open (R06, R07). Also in another's hands: the mail was taken, so whatever comes of the newer
# claim, deferral, refusal or return, it must not leave once more.
_RECORD = """
    with v as (
        select * from json_to_recordset(%(rows)s ::json)
            as v(id bigint, claim bigint, outcome text, status text, start float8, ending float8,
                 code text, reply text, wait float8, name text)
    ), noted as (
        insert into attempts (delivery_id, claim_id, worker, started_at, ended_at, outcome,
                              reply_code, reply_text)
        select id, claim, %(worker)s, to_timestamp(start), to_timestamp(ending), outcome, code,
               reply
          from v
        on conflict (delivery_id, claim_id, outcome) do nothing
    )
    update deliveries d
       set status = v.status, claim_id = null, reply_code = v.code,
           message_id = coalesce(d.message_id, v.name),
           attempts = d.attempts + 1,
           unclear_count = d.unclear_count + (v.status = 'unclear')::int,
           sent_at = case when v.status = 'sent' then to_timestamp(v.ending) end,
           ended_at = case when v.status in ('sent', 'failed') then to_timestamp(v.ending) end,
           due_at = clock_timestamp() + make_interval(secs => v.wait)
      from v
     where d.id = v.id and d.id = any (array (select id from v))
       and d.id between (select min(id) from v) and (select max(id) from v)
       and (d.claim_id = v.claim
            or v.status = 'sent' and d.status in ('pending', 'deferred', 'unclear', 'claimed'))
"""


_RECORDED = """
    select a.delivery_id, a.claim_id, a.outcome
      from json_to_recordset(%(rows)s ::json) as v(id bigint, claim bigint, outcome text)
      join attempts a on a.delivery_id = v.id and a.claim_id = v.claim and a.outcome = v.outcome
     where a.delivery_id = any (array (select id from json_to_recordset(%(rows)s ::json)
                                           as w(id bigint)))
"""


def unrecorded(results: Sequence[Result]) -> list[Result]:
    """Those that have no attempt yet: of the others, all that follows has followed."""
    if not results:
        return []
    rows = json.dumps([{"id": each.delivery_id, "claim": each.claim_id, "outcome": each.outcome}
                       for each in results])
    found = db.session.connection().exec_driver_sql(_RECORDED, {"rows": rows})
    known = {tuple(row) for row in found}
    return [each for each in results
            if (each.delivery_id, each.claim_id, each.outcome.value) not in known]


def record(
    results: Sequence[Result], *, worker: str, connection: Connection | None = None
) -> None:
    """Write an attempt for each result and move its delivery: one statement for all.

    In the session's transaction, or on a connection of its own, which may commit by itself.
    """
    if not results:
        return
    rows = json.dumps([
        {"id": r.delivery_id, "claim": r.claim_id, "outcome": r.outcome, "status": r.status,
         "start": r.started_at, "ending": r.ended_at, "code": r.reply_code, "reply": r.reply_text,
         "wait": r.wait, "name": r.message_id}
        for r in results
    ])
    connection = connection or db.session.connection()
    connection.exec_driver_sql(_RECORD, {"rows": rows, "worker": worker})
