"""Recover: claims whose owner is gone are resolved by what is known of each delivery."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import text

from newsletter.deliveries.claim import BACK
from newsletter.extensions import db


class Abandoned(NamedTuple):
    """An open claim, the worker that holds it, and whether its lease has passed."""

    claim_id: int
    worker: str
    has_expired: bool


# One statement, so that the attempts and the moves are one. The process that held the claim may
# have offered the mail, so nobody may call it pending again.
_UNCLEAR = text("""
    with lost as (
        select id, claim_id from deliveries
         where claim_id = any(:claims) and status = 'claimed'
           and (:all or id = any(:offered))
    ), noted as (
        insert into attempts (delivery_id, claim_id, worker, ended_at, outcome, reply_text)
        select id, claim_id, 'recovery', clock_timestamp(), 'unclear', :why from lost
        on conflict (delivery_id, claim_id, outcome) do nothing
    )
    update deliveries d
       set status = 'unclear', claim_id = null, attempts = d.attempts + 1,
           unclear_count = d.unclear_count + 1, due_at = clock_timestamp() + :wait
      from lost where d.id = lost.id
    returning d.id
""")
_BACK = text(f"""
    update deliveries d set {BACK}, due_at = least(d.due_at, clock_timestamp())
     where d.claim_id = any(:claims) and d.status = 'claimed'
    returning d.id
""")  # noqa: S608 (only constants are joined)


def open_claims() -> list[Abandoned]:
    """Every claim that is open, as it stands now, by the database's clock alone (R27)."""
    rows = db.session.execute(text("""
        select id, worker, lease_until < clock_timestamp() from claims
         where lease_until is not null order by id
    """))
    return [Abandoned(*row) for row in rows]


def lock_open(claim_ids: Sequence[int], *, expired_only: bool) -> list[int]:
    """Which of these are open still, and if asked past their lease; locked until the end.

    Its owner renews the same rows, so it cannot find a lease whole that another is ending.
    """
    return list(db.session.scalars(
        text("""select id from claims
                 where id = any(:ids) and lease_until is not null
                   and (not :expired or lease_until < clock_timestamp())
                 order by id for update skip locked"""),
        {"ids": list(claim_ids), "expired": expired_only},
    ))


def resolve(
    claim_ids: Sequence[int], *, offered: Collection[int] | None, why: str, wait_seconds: float
) -> tuple[int, int]:
    """End locked claims: what may have been offered is unclear, the rest goes back as it was.

    `offered` are the deliveries that were, or None when nobody can tell and all may have been. How
    many became unclear, and how many went back.
    """
    unclear = db.session.execute(_UNCLEAR, {
        "claims": list(claim_ids), "all": offered is None, "offered": list(offered or ()),
        "why": why, "wait": f"{wait_seconds} seconds",
    }).all()
    back = db.session.execute(_BACK, {"claims": list(claim_ids)}).all()
    db.session.execute(text("update claims set lease_until = null where id = any(:ids)"),
                       {"ids": list(claim_ids)})
    return len(unclear), len(back)
