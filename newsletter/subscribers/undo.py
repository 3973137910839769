"""Undo: who left comes back by her own link, within thirty days and by a button (W03).

What she had stands in the ledger: the entry before the one that withdrew it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from newsletter.catalogue.queries import followed_by_slug
from newsletter.deliveries.suppress import SuppressionReason, find_reason
from newsletter.errors import NothingToUndo
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentAct,
    Language,
    MailFormat,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.pause import moment_of_return
from newsletter.subscribers.queries import has_room_for_welcome
from newsletter.subscribers.record_consent import UNDONE_WITHOUT_TEXT, Proof, record_consent
from newsletter.subscribers.welcome import is_welcomed, queue_welcome
from newsletter.tokens import Signer

FOR = timedelta(days=30)
UNDONE = "undo_beside_text"
# By these a reader leaves herself; what a job or an erasure ended is not hers to take back.
LEAVING = frozenset({"one_click_post", "mailed_link_post", "preference_page"})
RETENTION = "retention"
FINAL = (SuppressionReason.COMPLAINT, SuppressionReason.NEVER_AGAIN)


class Instead(StrEnum):
    """What a leaver may choose in place of leaving."""

    AS_IT_WAS = "as_it_was"
    MONTHLY = "monthly"
    EDITIONS = "editions"
    PAUSE = "pause"


def find_before(
    subscription: Subscription, *, signer: Signer, now: datetime
) -> Choices | None:
    """What the reader had before she left, when that may still be undone; else None.

    Not after thirty days, an erasure, a complaint, or a wish never to be written to.
    """
    address = subscription.subscriber.address
    if address is None or find_reason(signer.address_hashes(address)) in FINAL:
        return None
    leaving = find_leaving(subscription.subscriber_id, now=now)
    if leaving is None:
        return None
    choices = _read(leaving.before.choices)
    return None if choices.nothing_chosen else choices


@dataclass(frozen=True)
class LeavingFound:
    """The entry by which a reader left, and the one before it."""

    left: Consent
    before: Consent


def find_leaving(subscriber_id: int, *, now: datetime) -> LeavingFound | None:
    """How a reader left in the last thirty days, if nothing of her own came after it.

    What a stranger asked with her address since, and how that came to nothing, takes nothing away.
    """
    own = db.session.scalars(
        select(Consent)
        .where(
            Consent.subscriber_id == subscriber_id,
            # Asked on a public form, or never answered: whoever knows an address can cause it.
            Consent.act != ConsentAct.ASKED,
            Consent.means != RETENTION,
        )
        .order_by(Consent.sequence.desc())
        .limit(2)
    ).all()
    if len(own) < 2 or own[0].act is not ConsentAct.WITHDRAWN:
        return None
    left, before = own
    if left.means not in LEAVING or now - left.at > FOR:
        return None
    return LeavingFound(left, before)


def undo_leaving(
    subscription: Subscription,
    *,
    instead: Instead,
    until: date | None = None,
    wording_id: int,
    signer: Signer,
    source_page: str,
    now: datetime,
) -> bool:
    """Give back what the leaver had, or what she chose in its place; *given* in the ledger.

    Whether a mail says so, with the link to her choices, comes back: to the mailbox, since links
    are forwarded; three in a day at most, or leaving and coming back would flood it. A pause lasts
    `until` that day in Amsterdam. `wording_id` is the consent text beside the button: with it she
    gives consent anew. Pressed twice it changes nothing more. Raises NothingToUndo.
    """
    before = find_before(subscription, signer=signer, now=now)
    if before is None:
        return is_welcomed(_undoing(subscription))
    if subscription.status is SubscriptionStatus.PENDING:
        subscription.confirm_nonce += 1  # what was asked meanwhile is answered by this
    subscription.status = SubscriptionStatus.ACTIVE
    subscription.ended_at = subscription.ended_reason = subscription.leaving_reason = None
    chosen.store(_wanted(before, instead), subscription, now=now)
    subscription.is_reckoned_anew = True
    if instead is Instead.PAUSE and until is not None:
        subscription.paused_until = moment_of_return(until)
        subscription.waiting_since = subscription.waiting_since or now
    proof = Proof(UNDONE, source_page, wording_id=wording_id)
    entry = record_consent(subscription, ConsentAct.GIVEN, proof=proof, now=now)
    if not has_room_for_welcome(subscription.subscriber_id, now=now):
        return False
    queue_welcome(entry, now=now)
    return True


def _wanted(before: Choices, instead: Instead) -> Choices:
    if instead is Instead.MONTHLY and before.theme_ids:
        return replace(before, cadence=Cadence.MONTHLY)
    if instead is Instead.EDITIONS:
        return replace(before, receives_editions=True, cadence=Cadence.NONE)
    return before


def _undoing(subscription: Subscription) -> Consent:
    """The newest entry, by which the leaving was taken back. Raises NothingToUndo."""
    newest = db.session.scalar(
        select(Consent)
        .where(Consent.subscriber_id == subscription.subscriber_id)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    if newest is None or newest.means not in (UNDONE, UNDONE_WITHOUT_TEXT):
        raise NothingToUndo(str(subscription.subscriber_id))
    return newest


def _read(kept: dict[str, Any]) -> Choices:
    """The choices of a ledger entry; themes that were merged or split since by their heirs."""
    theme_ids = followed_by_slug(kept["themes"])
    cadence = Cadence(kept["cadence"])
    return Choices(
        receives_editions=kept["editions"],
        cadence=cadence if theme_ids else Cadence.NONE,
        theme_ids=theme_ids,
        language=Language(kept["language"]),
        format=MailFormat(kept["format"]),
    )
