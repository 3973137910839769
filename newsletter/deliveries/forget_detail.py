"""Forget detail: after thirteen months a delivery keeps who it concerned and how it ended (P07).

Partitions are dropped in time (`partitions.drop_past`); this is for what lies in one that may not
go, because of something open in it.
"""

from datetime import datetime

from sqlalchemy import text

from newsletter import clock
from newsletter.extensions import db

MONTHS = 13
AT_ONCE = 20_000

# That a reader was given a mailing stays, by ids: nothing may come to her twice, and ledgers close.
# One mailing at a time, and none twice: what was thinned is not read again. `mailings` by table
# name only, for it lives a floor higher.
_MAILING = text("""
    select id from mailings
     where detail_forgotten_at is null and status in ('finished', 'cancelled')
       and coalesce(finished_at, opened_at) < :before
     order by id limit 1 for update skip locked
""")
_DETAIL = text("""
    update deliveries set message_id = null, reply_code = null, params = '{}',
                          first_claim_id = null, link_nonce = null
     where id in (select id from deliveries
                   where mailing_id = :mailing_id
                     and (message_id is not null or reply_code is not null)
                   limit :at_most)
""")
# What is open needs its first claim, however old that is.
_CLAIMS = text("""
    delete from claims where id in (
        select id from claims
         where at < :before and lease_until is null and id < least(
               (select min(first_claim_id) from deliveries
                 where status in ('pending', 'deferred', 'unclear')),
               (select min(first_claim_id) from deliveries where status = 'claimed'),
               9223372036854775807)
         order by id limit :at_most)
""")
_DONE = text("update mailings set detail_forgotten_at = :now where id = :mailing_id")
# A single mail proves nothing that the ledger of consent does not prove better.
_SINGLE = text("""
    delete from deliveries where id in (
        select d.id from deliveries d
         where d.mailing_id is null and d.ended_at < :before
           and not exists (select 1 from attempts a where a.delivery_id = d.id)
         limit :at_most)
""")


def forget_attempts(*, now: datetime) -> int:
    """How many attempts of more than thirteen months ago were removed, at most 20,000 a call.

    The app's role may not delete attempts; a function of the owner's takes just these.
    """
    before = clock.add_months(now, -MONTHS)
    removed: int = db.session.execute(
        text("select forget_attempts(:before, :at_most)"),
        {"before": before, "at_most": AT_ONCE},
    ).scalar_one()
    return removed


def forget_claims(*, now: datetime) -> int:
    """How many claims of more than thirteen months ago were removed, at most 20,000 a call.

    Those stay on which an open delivery still rests.
    """
    values = {"before": clock.add_months(now, -MONTHS), "at_most": AT_ONCE}
    return int(db.session.execute(_CLAIMS, values).rowcount)  # type: ignore[attr-defined]


def forget_detail(*, now: datetime) -> int:
    """How many deliveries of more than thirteen months ago lost their detail, or went whole.

    At most 20,000 of each a call; 0 when nothing is left.
    """
    values = {"before": clock.add_months(now, -MONTHS), "at_most": AT_ONCE}
    removed = db.session.execute(_SINGLE, values).rowcount  # type: ignore[attr-defined]
    mailing_id = db.session.scalar(_MAILING, values)
    if mailing_id is None:
        return int(removed)
    thinned = db.session.execute(  # type: ignore[attr-defined]
        _DETAIL, {"mailing_id": mailing_id, "at_most": AT_ONCE}
    ).rowcount
    if thinned < AT_ONCE:
        db.session.execute(_DONE, {"mailing_id": mailing_id, "now": now})
    return int(removed + max(thinned, 1))
