"""Never write: at a reader's own wish, her address goes on the list and her mails stop."""

from datetime import datetime

from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.errors import WrongState
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.end import end
from newsletter.subscribers.find_reader import hashes_of
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import EndReason, Subscription, SubscriptionStatus
from newsletter.subscribers.queries import find_by_address
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Signer


def never_write(address: str, *, proof: Proof, signer: Signer, now: datetime) -> int | None:
    """Suppress the address, whosever it is; the number of the reader whose mails stop with it.

    Safe to repeat.
    """
    subscription = find_by_address(address, lock=True)
    suppress(signer.address_hashes(address)[-1], reason=SuppressionReason.NEVER_AGAIN, now=now)
    if subscription is None:
        return None
    stop_mails(subscription, proof=proof, now=now)
    return subscription.subscriber_id


def never_write_reader(
    subscription: Subscription, *, proof: Proof, signer: Signer, now: datetime
) -> None:
    """The same for a reader at hand, locked; by the hash that is kept when her address is gone.

    Raises WrongState when nothing is kept by which she could be known.
    """
    hashes = hashes_of(subscription.subscriber, signer=signer)
    if not hashes:
        raise WrongState("erased")
    suppress(hashes[-1], reason=SuppressionReason.NEVER_AGAIN, now=now)
    stop_mails(subscription, proof=proof, now=now)


def stop_mails(subscription: Subscription, *, proof: Proof, now: datetime) -> None:
    """End what is active, and what waits for a button: its link opens nothing any more."""
    if subscription.status is SubscriptionStatus.PENDING:
        end(subscription, EndReason.UNSUBSCRIBED, choices=chosen.of(subscription), proof=proof,
            now=now)
    else:
        leave(subscription, Leaving.ALL, proof=proof, now=now)
