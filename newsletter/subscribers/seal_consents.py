"""Seal the ledger of consent: one hash over the newest entry of every chain that grew (P01)."""

from datetime import datetime

from sqlalchemy import func, select, text

from newsletter.extensions import db
from newsletter.logs import get_logger
from newsletter.subscribers.consent_models import ConsentSeal

log = get_logger(__name__)

# Chains under one seal; few enough that its lines fit in memory, wherever it is made or checked.
AT_ONCE = 50_000
SHOWN = 32  # hex digits in the log, which cuts out what is longer
_LOCK = (0x5EA1, 1)

# What a seal's hash is made of, after the hash of the seal before. Used here and in verification.
CONTENT = """
    select to_char(seal.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24\\:MI\\:SS.US"Z"')
           || coalesce(string_agg(E'\\n' || head.subscriber_id || ' ' || head.sequence || ' '
                                  || head.hash, '' order by head.subscriber_id), '')
"""
# Who belongs to a seal is told by rows, not by a moment or an id: an entry that commits late is
# simply not sealed yet.
_GROWN = """
    select newest.subscriber_id, newest.sequence, newest.hash
      from (select distinct on (subscriber_id) subscriber_id, sequence, hash
              from consents order by subscriber_id, sequence desc) newest
      left join (select subscriber_id, max(sequence) as sequence
                   from consent_seal_heads group by subscriber_id) sealed
        on sealed.subscriber_id = newest.subscriber_id
     where sealed.sequence is null or sealed.sequence < newest.sequence
     order by newest.subscriber_id limit :at_once
"""
_SEAL = text(f"""
    with grown as materialized ({_GROWN}),
    made as (
        insert into consent_seals (at, entries, previous_hash, hash)
        select seal.at, (select count(*) from grown), seal.previous_hash,
               chain_hash(seal.previous_hash, ({CONTENT} from grown head))
          from (select cast(:now as timestamptz) as at,
                       coalesce((select hash from consent_seals order by id desc limit 1), '')
                       as previous_hash) seal
         where exists (select from grown)
        returning id, hash, entries
    ),
    listed as (
        insert into consent_seal_heads (seal_id, subscriber_id, sequence, hash)
        select made.id, grown.subscriber_id, grown.sequence, grown.hash from made, grown
    )
    select id, hash, entries from made
""")  # noqa: S608  (constants of this module)


def seal_consents(*, now: datetime, at_most: int = AT_ONCE) -> ConsentSeal | None:
    """The new seal, None when nothing grew or another process is at it. `now` is aware.

    Covers at most `at_most` chains; ask again until None. Locks no subscriber and no entry, so no
    sign-up waits for it. The first 32 hex digits of its hash go to the log, so that they also
    stand where the database's owner cannot reach.
    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(*_LOCK))):
        return None
    made = db.session.execute(_SEAL, {"now": now, "at_once": at_most}).one_or_none()
    if made is None:
        return None
    log.info("consents_sealed", seal=made.id, entries=made.entries, hash=made.hash[:SHOWN])
    return db.session.get_one(ConsentSeal, made.id)
