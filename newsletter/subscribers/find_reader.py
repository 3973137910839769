"""Find a reader at the desk: by her whole address, or by her number."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from newsletter.addresses import identity_of
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.tokens import Signer

LARGEST_NUMBER = 2**63 - 1


def find_reader(address: str, *, signer: Signer) -> int | None:
    """The number of who has this address, or left it behind as a keyed hash; None for nobody."""
    found = db.session.scalar(
        select(Subscriber.id).where(Subscriber.identity == identity_of(address))
    )
    return found or db.session.scalar(
        select(Subscriber.id)
        .where(Subscriber.former_hash.in_(signer.address_hashes(address)))
        .order_by(Subscriber.id.desc())
        .limit(1)
    )


def get_reader(subscriber_id: int) -> Subscription:
    """The subscription with its reader and themes, not locked. Raises NotFound."""
    found = None
    if 0 < subscriber_id <= LARGEST_NUMBER:
        found = db.session.scalar(
            select(Subscription)
            .where(Subscription.subscriber_id == subscriber_id)
            .options(joinedload(Subscription.subscriber), selectinload(Subscription.themes))
        )
    if found is None:
        raise NotFound(f"subscriber {subscriber_id}")
    return found


def hashes_of(subscriber: Subscriber, *, signer: Signer) -> tuple[str, ...]:
    """The keyed hashes by which a suppression of hers is found; of who left long ago the one kept.

    The last is the one to suppress by. Empty once she was erased.
    """
    if subscriber.address is not None:
        return signer.address_hashes(subscriber.address)
    return (subscriber.former_hash,) if subscriber.former_hash else ()
