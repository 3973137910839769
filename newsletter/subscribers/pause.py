"""Pause: no editions and no digests until a day that the reader types; twelve months at most."""

from datetime import UTC, date, datetime, time

from newsletter import clock
from newsletter.errors import BadInput, WrongState
from newsletter.subscribers.models import ConsentAct, Subscription, SubscriptionStatus
from newsletter.subscribers.record_consent import Proof, record_consent

LONGEST_MONTHS = 12


def is_paused(subscription: Subscription, *, now: datetime) -> bool:
    """Whether the reader gets nothing at this moment because she asked so."""
    return subscription.paused_until is not None and subscription.paused_until > now


def last_day(now: datetime) -> date:
    """The latest day that a pause may last until, on Amsterdam's calendar."""
    return clock.add_months(clock.local(now).date(), LONGEST_MONTHS)


def moment_of_return(until: date) -> datetime:
    """When mail comes again: as that day begins in Europe/Amsterdam, in UTC."""
    return datetime.combine(until, time(0), tzinfo=clock.AMSTERDAM).astimezone(UTC)


def pause(
    subscription: Subscription, until: date, *, proof: Proof, now: datetime
) -> bool:
    """Whether anything changed. From `until` on, a day in Amsterdam, mail comes again.

    What digests would have brought meanwhile waits for the first slot after it; a pause that
    follows before that slot adds to what waits. Raises BadInput at `until` when the day is not
    later than today or more than twelve months ahead, and WrongState unless active.
    """
    if subscription.status is not SubscriptionStatus.ACTIVE:
        raise WrongState(subscription.status.value)
    if until <= clock.local(now).date():
        raise BadInput("until", "too_soon")
    if until > last_day(now):
        raise BadInput("until", "too_far")
    moment = moment_of_return(until)
    if subscription.paused_until == moment:
        return False
    subscription.paused_until = moment
    subscription.waiting_since = subscription.waiting_since or now
    subscription.is_reckoned_anew = True
    record_consent(subscription, ConsentAct.CHANGED, proof=proof, now=now)
    return True


def resume(subscription: Subscription, *, proof: Proof, now: datetime) -> bool:
    """End a pause now. Whether there was one; what waited comes in the next slot."""
    if subscription.status is not SubscriptionStatus.ACTIVE or not is_paused(
        subscription, now=now
    ):
        return False
    subscription.paused_until = None
    record_consent(subscription, ConsentAct.CHANGED, proof=proof, now=now)
    return True
