"""Record: make outcomes durable, an attempt for every answer (R21), safe to repeat (R11)."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from psycopg import OperationalError, pq
from psycopg.errors import error_from_result

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
# it is given is a text for each column, which both sides make and read fastest.
# By ids and bounds as well, so that nothing but these rows is read and no partition but theirs,
# whatever is thought of how many there are.
# Fenced: only the claim's owner may move a delivery, save that a late 250 settles whatever is
# still open (R06, R07). Also in another's hands: the mail was taken, so whatever comes of the newer
# claim, deferral, refusal or return, it must not leave once more.
_RECORD = """
    with v as materialized (
        select id, claim, outcome, status, to_timestamp(start / 1e6 ::float8) as start,
               to_timestamp(ending / 1e6 ::float8) as ending, code, reply, wait, name
          from unnest(%(ids)s ::bigint[], %(claims)s ::bigint[], %(outcomes)s ::text[],
                      %(statuses)s ::text[], %(starts)s ::bigint[], %(ends)s ::bigint[],
                      %(codes)s ::text[], %(replies)s ::text[], %(waits)s ::float8[],
                      %(names)s ::text[])
               as v(id, claim, outcome, status, start, ending, code, reply, wait, name)
    ), noted as (
        insert into attempts (delivery_id, claim_id, worker, started_at, ended_at, outcome,
                              reply_code, reply_text)
        select id, claim, %(worker)s ::text, start, ending, outcome, code, reply
          from v
        on conflict (delivery_id, claim_id, outcome) do nothing
    )
    update deliveries d
       set status = v.status, claim_id = null, reply_code = v.code,
           message_id = coalesce(d.message_id, v.name),
           attempts = d.attempts + 1,
           unclear_count = d.unclear_count + (v.status = 'unclear')::int,
           sent_at = case when v.status = 'sent' then v.ending end,
           ended_at = case when v.status in ('sent', 'failed') then v.ending end,
           due_at = clock_timestamp() + make_interval(secs => v.wait)
      from v
     where d.id = v.id and d.id = any (%(ids)s ::bigint[])
       and d.id between %(first)s ::bigint and %(last)s ::bigint
       and (d.claim_id = v.claim
            or v.status = 'sent' and d.status in ('pending', 'deferred', 'unclear', 'claimed'))
"""
_NAMES = ("ids", "claims", "outcomes", "statuses", "starts", "ends", "codes", "replies", "waits",
          "names", "worker", "first", "last")
# The same for a connection that has it prepared.
_PREPARED = _RECORD % {name: f"${place}" for place, name in enumerate(_NAMES, 1)}
_ITS_NAME = b"record"


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


def record(results: Sequence[Result], *, worker: str) -> None:
    """Write an attempt for each result and move its delivery, in the session's transaction.

    What was taken comes first: of two results of one delivery, under an earlier claim and under the
    newer one, a single statement would heed either.
    """
    taken = [each for each in results if each.status is DeliveryStatus.SENT]
    for some in (taken, [each for each in results if each.status is not DeliveryStatus.SENT]):
        if some:
            given = dict(zip(_NAMES, _given(some, worker), strict=True))
            db.session.connection().exec_driver_sql(_RECORD, given)


def prepare_to_record(connection: pq.abc.PGconn) -> None:
    """Let a connection know the statement of `record_alone`.

    Raises psycopg's errors.
    """
    _check(connection.prepare(_ITS_NAME, _PREPARED.encode()), connection)


def record_alone(results: Sequence[Result], *, worker: str, connection: pq.abc.PGconn) -> None:
    """The same as a transaction by itself, on a connection that was prepared to record.

    By the driver's lowest floor: on the others a few results cost more than PostgreSQL takes for
    them. Raises psycopg's errors.
    """
    values = [value.encode() for value in _given(results, worker)]
    _check(connection.exec_prepared(_ITS_NAME, values), connection)


def _check(answer: pq.abc.PGresult, connection: pq.abc.PGconn) -> None:
    if connection.status != pq.ConnStatus.OK:  # whatever libpq made of it, nobody was heard
        raise OperationalError("the connection is lost")
    if answer.status != pq.ExecStatus.COMMAND_OK:
        raise error_from_result(answer)


def _given(results: Sequence[Result], worker: str) -> list[str]:
    """The values of the statement in the order of `_NAMES`: columns as arrays in PostgreSQL's words
    (§8.15.2 of its manual).
    """
    ids, claims, outcomes, statuses, starts, ends, codes, replies, waits, names, _ = zip(
        *results, strict=True)
    return [
        _numbers(ids), _numbers(claims), _plain(outcomes), _plain(statuses), _moments(starts),
        _moments(ends), _words(codes), _words(replies), _numbers(waits), _words(names),
        worker, str(min(ids)), str(max(ids)),
    ]


def _numbers(values: Sequence[float]) -> str:
    return f"{{{','.join(map(repr, values))}}}"


def _moments(values: Sequence[float]) -> str:
    """As PostgreSQL keeps them, in microseconds: in whole numbers, which are soon made and read."""
    return f"{{{','.join([str(round(value * 1e6)) for value in values])}}}"


def _plain(values: Sequence[str]) -> str:
    return f"{{{','.join(values)}}}"


def _words(values: Sequence[str | None]) -> str:
    known = [value for value in values if value is not None]
    whole = '","'.join(known)
    # Nearly always: nothing is to be escaped, so all are quoted at once.
    is_plain = "\\" not in whole and whole.count('"') == 2 * (len(known) - 1)
    if is_plain and len(known) == len(values):
        return f'{{"{whole}"}}'
    return f"{{{','.join(map(_word, values))}}}"


def _word(value: str | None) -> str:
    if value is None:
        return "NULL"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
