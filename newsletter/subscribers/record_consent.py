"""Add an entry to the append-only ledger of consent (P01)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.hash_address import hash_address
from newsletter.subscribers.models import Consent, ConsentAct, Subscription
from newsletter.subscribers.wordings import current_wording


@dataclass(frozen=True)
class Proof:
    """By which act and from which page a consent came; no address, no IP.

    `wording_id` is the consent text that was shown, None for the one that is in force. `given`
    says of a consent from elsewhere where and on which day it was given.
    """

    means: str
    source_page: str
    wording_id: int | None = None
    given: Mapping[str, str] | None = None


def record_consent(
    subscription: Subscription,
    act: ConsentAct,
    *,
    proof: Proof,
    now: datetime,
    asked: Choices | None = None,
) -> Consent:
    """The new entry, flushed, with the wording that was shown and what is chosen now.

    `asked` is what was asked and is not what is chosen now. The database gives it its place in the
    subscriber's chain and its hash; the address stands in it as a hash under her own salt, if
    there still is an address.
    """
    language = asked.language if asked else subscription.language
    choices = chosen.as_record(asked) | {"paused_until": None} if asked else (
        chosen.record_of(subscription))
    entry = Consent(
        subscriber_id=subscription.subscriber_id,
        at=now,
        act=act,
        means=proof.means,
        source_page=proof.source_page[:200],
        wording_id=proof.wording_id or current_wording(language).id,
        choices=choices | ({"import": dict(proof.given)} if proof.given else {}),
        address_hash=hash_address(subscription.subscriber),
    )
    db.session.add(entry)
    db.session.flush()
    return entry
