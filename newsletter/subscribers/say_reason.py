"""Say a reason: why a reader left, when she wants to tell; once, the last word counts."""

from newsletter.errors import WrongState
from newsletter.subscribers.models import LeavingReason, Subscription, SubscriptionStatus


def say_reason(subscription: Subscription, reason: LeavingReason) -> None:
    """Keep the reason beside the end. Raises WrongState when the subscription has not ended."""
    if subscription.status is not SubscriptionStatus.ENDED:
        raise WrongState(subscription.status.value)
    subscription.leaving_reason = reason
