"""Preview for one reader: which variant of an edition she would get now, or why none."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.deliveries.suppress import find_reason
from newsletter.mailings.contents import EditionSelection
from newsletter.mailings.owed import owed_to
from newsletter.subscribers.find_reader import get_reader, hashes_of
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from newsletter.tokens import Signer


class WhyNot(StrEnum):
    """Why a reader would get no edition if it left now."""

    PENDING = "pending"
    ENDED = "ended"
    NO_EDITIONS = "no_editions"
    PAUSED = "paused"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class ForReader:
    """The variant that is hers, with the notices she is owed; `why_not` when she gets none."""

    subscriber_id: int
    selection: EditionSelection
    why_not: WhyNot | None


def preview_reader(subscriber_id: int, *, signer: Signer, now: datetime) -> ForReader:
    """What this reader would get of an edition that left now. Raises NotFound."""
    subscription = get_reader(subscriber_id)
    selection = EditionSelection(subscription.language.value, subscription.format.value,
                                 owed_to(subscriber_id))
    return ForReader(subscriber_id, selection, _why_not(subscription, signer=signer, now=now))


def _why_not(subscription: Subscription, *, signer: Signer, now: datetime) -> WhyNot | None:
    if subscription.status is SubscriptionStatus.PENDING:
        return WhyNot.PENDING
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return WhyNot.ENDED
    if not subscription.receives_editions:
        return WhyNot.NO_EDITIONS
    if subscription.paused_until is not None and subscription.paused_until > now:
        return WhyNot.PAUSED
    if find_reason(hashes_of(subscription.subscriber, signer=signer)):
        return WhyNot.SUPPRESSED
    return None
