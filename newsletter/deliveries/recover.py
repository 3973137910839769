"""Recover: claims whose lease has passed become unclear, are counted, and are due again."""

from sqlalchemy import text

from newsletter.extensions import db
from newsletter.jobs import Lane

# One statement, so that the attempt and the move are one; the process that held the claim may
# have offered the mail, so nobody may call it pending again.
_EXPIRE = text("""
    with expired as (
        select id, claim_id, lease_until from deliveries
         where status = 'claimed' and lease_until < clock_timestamp()
         for update skip locked
    ), noted as (
        insert into attempts (delivery_id, claim_id, worker, ended_at, outcome, reply_text)
        select id, claim_id, 'recovery', clock_timestamp(), 'unclear', 'lease ended without word'
          from expired
        on conflict (delivery_id, claim_id, outcome) do nothing
    )
    update deliveries d
       set status = 'unclear', claim_id = null, lease_until = null, attempts = d.attempts + 1,
           unclear_count = d.unclear_count + 1, due_at = clock_timestamp()
      from expired where d.id = expired.id
    returning d.id
""")


def expire_leases() -> int:
    """How many claims were found abandoned. Judged by the database's clock alone (R27)."""
    return len(db.session.execute(_EXPIRE).all())


def lanes_with_work() -> list[Lane]:
    """The lanes in which something is due now, found through the index of what is owed."""
    rows = db.session.scalars(
        text("""select lane from unnest(:lanes ::text[]) as lane
                 where exists (select 1 from deliveries d
                                 left join mailings m on m.id = d.mailing_id
                                where d.lane = lane.lane and d.due_at <= clock_timestamp()
                                  and d.status in ('pending', 'deferred', 'unclear')
                                  and (m.id is null or m.status = 'sending'))"""),
        {"lanes": [Lane.PROMPT.value, Lane.BULK.value]},
    )
    return [Lane(row) for row in rows]
