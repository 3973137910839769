"""The share of one reader: what a slot that was just reckoned brings her and why, or why nothing.

To be asked in the transaction in which the slot was reckoned: its tables tell which wish is hers.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, text

from newsletter.digests.due import Wish
from newsletter.digests.models import DigestSlot
from newsletter.digests.queries import inheritances
from newsletter.digests.read_readers import wish_of
from newsletter.digests.reckon import Reckoned
from newsletter.extensions import db
from newsletter.mailings.contents import DigestSelection
from newsletter.subscribers.models import (
    Cadence,
    ChosenTheme,
    EndReason,
    Subscription,
    SubscriptionStatus,
)


class Outcome(StrEnum):
    """What a slot brings a reader: a mail, or the first reason why not."""

    DUE = "due"
    UNKNOWN = "unknown"  # we know nobody by that address
    PENDING = "pending"  # signed up, not confirmed
    ENDED = "ended"
    OTHER_CADENCE = "other_cadence"
    CONFIRMED_LATE = "confirmed_late"  # after the cut-off
    RETURNED_LATE = "returned_late"  # from cadence none, after the cut-off
    PAUSED = "paused"
    NOTHING_NEW = "nothing_new"
    BELOW_MINIMUM = "below_minimum"


@dataclass(frozen=True)
class Share:
    """What one reader gets, or why not; moments are aware, in UTC.

    `theme_ids` are those she follows that count at the cut-off. Of the articles looked at in them
    `due` says how many are due, `had` how many an earlier mail gave her already.
    """

    outcome: Outcome
    cadence: Cadence | None = None
    confirmed_at: datetime | None = None
    returned_at: datetime | None = None
    paused_until: datetime | None = None
    ended_at: datetime | None = None
    ended_reason: EndReason | None = None
    theme_ids: frozenset[int] = frozenset()
    due: int = 0
    had: int = 0
    is_anew: bool = False
    selection: DigestSelection | None = None


_WISH = text("""
    select language, format, themes, is_anew, is_catch_up, had, notices from wishing
     where cast(:id as bigint) = any (subscriber_ids)
""")


def share_of_reader(
    subscription: Subscription | None, slot: DigestSlot, reckoned: Reckoned
) -> Share:
    """What the slot brings the reader with this subscription, None for nobody's."""
    if subscription is None:
        return Share(Outcome.UNKNOWN)
    share = Share(
        _why_left_out(subscription, slot) or Outcome.NOTHING_NEW,
        cadence=subscription.cadence,
        confirmed_at=subscription.confirmed_at,
        returned_at=subscription.cadence_since,
        paused_until=subscription.paused_until,
        ended_at=subscription.ended_at,
        ended_reason=subscription.ended_reason,
        theme_ids=_themes_of(subscription, until=slot.slot_at),
    )
    wish = _wish_of(subscription.subscriber_id, slot.cadence)
    if share.outcome is not Outcome.NOTHING_NEW or wish is None:
        return share
    looked_at = reckoned.links.looked_at(wish)
    due = reckoned.links.due(wish, reckoned.covers)
    selection = reckoned.selections.get(wish)
    too_few = Outcome.BELOW_MINIMUM if due else Outcome.NOTHING_NEW
    return replace(
        share,
        outcome=Outcome.DUE if selection else too_few,
        due=len(due),
        had=len(looked_at - due),
        is_anew=wish.is_anew,
        selection=selection,
    )


def _why_left_out(subscription: Subscription, slot: DigestSlot) -> Outcome | None:
    """Why she is not among the readers of the slot; as `read_readers` reads them."""
    cutoff = slot.slot_at
    reasons = {
        Outcome.PENDING: subscription.status is SubscriptionStatus.PENDING,
        Outcome.ENDED: subscription.status is SubscriptionStatus.ENDED,
        Outcome.OTHER_CADENCE: subscription.cadence is not slot.cadence,
        Outcome.CONFIRMED_LATE: _is_after(subscription.confirmed_at, cutoff),
        Outcome.RETURNED_LATE: _is_after(subscription.cadence_since, cutoff),
        Outcome.PAUSED: _is_after(subscription.paused_until, cutoff),
    }
    return next((outcome for outcome, holds in reasons.items() if holds), None)


def _is_after(moment: datetime | None, cutoff: datetime) -> bool:
    return moment is not None and moment > cutoff


def _themes_of(subscription: Subscription, *, until: datetime) -> frozenset[int]:
    rows = db.session.scalars(select(ChosenTheme.theme_id).where(
        ChosenTheme.subscriber_id == subscription.subscriber_id, ChosenTheme.chosen_at <= until))
    return frozenset(rows)


def _wish_of(subscriber_id: int, cadence: Cadence) -> Wish | None:
    row = db.session.execute(_WISH, {"id": subscriber_id}).one_or_none()
    if row is None:
        return None
    return wish_of(row, cadence.value, inheritances())
