"""Prove: which entries of the ledger of consent are about an address (P01)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from newsletter.addresses import salted_hash
from newsletter.extensions import db
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.models import Consent, ConsentAct

AT_ONCE = 2_000


@dataclass(frozen=True)
class Proof:
    """A subscriber with entries about the address; `destroy_at` says until when that is known."""

    subscriber_id: int
    entries: int
    first_at: datetime
    last_at: datetime
    last_act: ConsentAct
    destroy_at: datetime | None


def prove_consent(address: str) -> Iterator[Proof]:
    """Every subscriber with entries about this address, whose salt is still there.

    Tries each salt in turn, since nothing else leads from an address to a subscriber who was
    erased. Reads only.
    """
    hashes = func.array_agg(Consent.address_hash.distinct())
    tied = db.session.execute(
        select(ConsentSalt.subscriber_id, ConsentSalt.salt, ConsentSalt.destroy_at, hashes)
        .join(Consent, Consent.subscriber_id == ConsentSalt.subscriber_id)
        .where(Consent.address_hash.is_not(None))
        .group_by(ConsentSalt.subscriber_id),
        execution_options={"yield_per": AT_ONCE},
    )
    for subscriber_id, salt, destroy_at, known in tied:
        wanted = salted_hash(address, salt=salt)
        if wanted in known:
            yield _proof(subscriber_id, wanted, destroy_at)


def prove_of(subscriber_id: int, address: str) -> Proof | None:
    """The entries of one reader about this address; None when nothing ties them. Reads only."""
    kept = db.session.get(ConsentSalt, subscriber_id)
    wanted = salted_hash(address, salt=kept.salt) if kept else None
    tied = select(Consent.id).where(
        Consent.subscriber_id == subscriber_id, Consent.address_hash == wanted
    )
    if kept is None or wanted is None or db.session.scalar(tied.limit(1)) is None:
        return None
    return _proof(subscriber_id, wanted, kept.destroy_at)


def _proof(subscriber_id: int, wanted: str, destroy_at: datetime | None) -> Proof:
    entries = db.session.execute(
        select(Consent.at, Consent.act)
        .where(Consent.subscriber_id == subscriber_id, Consent.address_hash == wanted)
        .order_by(Consent.sequence)
    ).all()
    return Proof(subscriber_id, len(entries), entries[0].at, entries[-1].at, entries[-1].act,
                 destroy_at)
