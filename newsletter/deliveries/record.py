"""Record: make outcomes durable, an attempt for every answer (R21), safe to repeat (R11)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.extensions import db


@dataclass(frozen=True)
class Result:
    """How one attempt of one claimed delivery ended; `status` is what becomes of the delivery."""

    delivery_id: int
    claim_id: uuid.UUID
    outcome: Outcome
    status: DeliveryStatus
    started_at: datetime
    ended_at: datetime
    reply_code: str | None = None
    reply_text: str = ""
    wait: timedelta = timedelta(0)


_COLUMNS = """unnest(:ids ::bigint[], :claims ::uuid[], :outcomes ::text[], :statuses ::text[],
                     :starts ::timestamptz[], :ends ::timestamptz[], :codes ::text[],
                     :texts ::text[], :waits ::interval[])
              as v(id, claim_id, outcome, status, started_at, ended_at, code, reply, wait)"""

_ATTEMPTS = text(f"""
    insert into attempts (delivery_id, claim_id, worker, started_at, ended_at, outcome,
                          reply_code, reply_text)
    select v.id, v.claim_id, :worker, v.started_at, v.ended_at, v.outcome, v.code, v.reply
      from {_COLUMNS}
    on conflict (delivery_id, claim_id, outcome) do nothing
""")  # noqa: S608 (only constants are joined)

# Fenced: only the claim's owner may move a delivery, save that a late 250 settles whatever is
# still open and in nobody's hands (R06, R07).
_DELIVERIES = text(f"""
    update deliveries d
       set status = v.status, claim_id = null, lease_until = null, reply_code = v.code,
           attempts = d.attempts + 1,
           unclear_count = d.unclear_count + (v.status = 'unclear')::int,
           sent_at = case when v.status = 'sent' then v.ended_at end,
           ended_at = case when v.status in ('sent', 'failed') then v.ended_at end,
           due_at = clock_timestamp() + v.wait
      from {_COLUMNS}
     where d.id = v.id
       and (d.claim_id = v.claim_id
            or v.status = 'sent' and d.status in ('pending', 'deferred', 'unclear'))
""")  # noqa: S608 (only constants are joined)


def record(results: Sequence[Result], *, worker: str) -> None:
    """Write an attempt for each result and move its delivery: two statements for all."""
    if not results:
        return
    values = {
        "worker": worker,
        "ids": [r.delivery_id for r in results],
        "claims": [r.claim_id for r in results],
        "outcomes": [r.outcome.value for r in results],
        "statuses": [r.status.value for r in results],
        "starts": [r.started_at for r in results],
        "ends": [r.ended_at for r in results],
        "codes": [r.reply_code for r in results],
        "texts": [r.reply_text for r in results],
        "waits": [r.wait for r in results],
    }
    db.session.execute(_ATTEMPTS, values)
    db.session.execute(_DELIVERIES, {k: v for k, v in values.items() if k != "worker"})
