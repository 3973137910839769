"""Add an entry to the append-only ledger of consent (P01)."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.models import Consent, ConsentAct, Subscription
from newsletter.subscribers.wordings import current_wording


@dataclass(frozen=True)
class Proof:
    """By which act and from which page a consent came; no address, no IP."""

    means: str
    source_page: str


def record_consent(
    subscription: Subscription, act: ConsentAct, *, proof: Proof, now: datetime
) -> Consent:
    """The new entry, flushed, with the wording that was in force and what is chosen now."""
    entry = Consent(
        subscriber_id=subscription.subscriber_id,
        at=now,
        act=act,
        means=proof.means,
        source_page=proof.source_page[:200],
        wording_id=current_wording(subscription.language).id,
        choices=chosen.as_record(chosen.of(subscription)),
    )
    db.session.add(entry)
    db.session.flush()
    return entry
