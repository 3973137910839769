"""Change details: name, organisation and sector, behind the fresh link."""

from newsletter.errors import WrongState
from newsletter.subscribers import details as said
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import Subscription, SubscriptionStatus


def change_details(subscription: Subscription, details: Details) -> bool:
    """Whether anything changed; empty takes away. Raises WrongState unless active."""
    if subscription.status is not SubscriptionStatus.ACTIVE:
        raise WrongState(subscription.status.value)
    if said.of(subscription.subscriber) == details:
        return False
    said.store(details, subscription.subscriber)
    return True
