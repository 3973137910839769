"""Erase: all that tells who the reader is goes; the ledgers keep ids and counts (P06)."""

from datetime import datetime

from sqlalchemy import and_, case, delete, func, select, update

from newsletter.deliveries.models import Delivery
from newsletter.deliveries.suppress import SuppressionReason, lift_hard_bounce, suppress
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.details import store as store_details
from newsletter.subscribers.end import end
from newsletter.subscribers.forget_changes import COUNTED_FOR
from newsletter.subscribers.forget_salt import forget_salt
from newsletter.subscribers.import_models import ImportRow, Verdict
from newsletter.subscribers.models import (
    AddressChange,
    AddressRequest,
    Cadence,
    ConsentAct,
    EndReason,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.request_models import DataRequest
from newsletter.tokens import Signer


def erase(
    subscription: Subscription,
    *,
    never_again: bool,
    keep_salt_months: int,
    proof: Proof,
    signer: Signer,
    now: datetime,
) -> None:
    """Take away address, details, choices and what waits; what is open is never sent.

    What remains: the entries of the ledger of consent and of deliveries under a number, and a
    keyed hash of the address only when the reader wishes never to be written to again, or
    complained. The salt that ties entries to an address is destroyed, at once or after
    `keep_salt_months`. Safe to repeat.
    """
    person = subscription.subscriber
    nothing = Choices(
        receives_editions=False,
        cadence=Cadence.NONE,
        language=subscription.language,
        format=subscription.format,
    )
    subscription.paused_until = subscription.waiting_since = subscription.cadence_since = None
    if subscription.status is not SubscriptionStatus.ENDED:
        end(subscription, EndReason.ERASED, choices=nothing, proof=proof, now=now)
    elif person.address is not None or subscription.themes:
        chosen.store(nothing, subscription, now=now)
        record_consent(subscription, ConsentAct.WITHDRAWN, proof=proof, now=now)
    subscription.leaving_reason = None
    if person.address is not None:
        _forget_address(person, never_again=never_again, signer=signer, now=now)
    elif never_again and person.former_hash is not None:
        suppress(person.former_hash, reason=SuppressionReason.NEVER_AGAIN, now=now)
    person.former_hash = None
    store_details(Details(), person)
    _forget_changes(person.id, signer=signer, now=now)
    _forget_words(person.id)
    _forget_notes(person.id)
    forget_salt(person.id, keep_months=keep_salt_months, now=now)
    db.session.flush()


def forget_requests_of(subscriber_id: int) -> None:
    """Take away what waits of the forms in which her address was typed.

    Call it also before her subscription is locked: a worker that has such a form in hand asks for
    that lock, and would wait for us as we for it.
    """
    identity = select(Subscriber.identity).where(Subscriber.id == subscriber_id).scalar_subquery()
    db.session.execute(
        delete(AddressRequest)
        .where(func.lower(AddressRequest.address) == identity)
        .execution_options(synchronize_session=False)
    )


def _forget_changes(subscriber_id: int, *, signer: Signer, now: datetime) -> None:
    """Her changes of address go; of who was mailed at her wish and never answered, a hash stays.

    For a day, without which a mailbox could be flooded by asking, erasing and asking again (W05).
    """
    hers = AddressChange.subscriber_id == subscriber_id
    counts = and_(
        AddressChange.asked_at > now - COUNTED_FOR,
        AddressChange.confirmed_at.is_(None),
        AddressChange.new_mailbox.is_not(None),
    )
    db.session.execute(delete(AddressChange).where(hers, ~counts))
    for change in db.session.scalars(select(AddressChange).where(hers)):
        if change.new_mailbox and "@" in change.new_mailbox:
            change.new_mailbox = signer.address_hashes(change.new_mailbox)[-1]
        change.old_address = change.new_address = None


def _forget_words(subscriber_id: int) -> None:
    """What her single mails said of her choices goes; that they were sent stays, by number."""
    db.session.execute(
        update(Delivery)
        .where(Delivery.subscriber_id == subscriber_id, Delivery.mailing_id.is_(None),
               Delivery.params.has_key("said"))
        .values(params=Delivery.params.op("-")("said"))
        .execution_options(synchronize_session=False)
    )


def _forget_notes(subscriber_id: int) -> None:
    """What the desk wrote of her requests goes; that and when she asked stays, by number."""
    db.session.execute(
        update(DataRequest)
        .where(DataRequest.subscriber_id == subscriber_id)
        .values(note="", extended_because="")
        .execution_options(synchronize_session="fetch")
    )


def _empty_import_rows(identity: str) -> None:
    """In lists that wait to be carried out she stands as nobody, and is not taken."""
    not_yet = ImportRow.subscriber_id.is_(None)
    db.session.execute(
        update(ImportRow)
        .where(ImportRow.identity == identity)
        .values(address=None, identity=None, cells=None, detail="",
                verdict=case((not_yet, Verdict.ERASED), else_=ImportRow.verdict))
        .execution_options(synchronize_session=False)
    )


def _forget_address(
    person: Subscriber, *, never_again: bool, signer: Signer, now: datetime
) -> None:
    assert person.address is not None
    hashes = signer.address_hashes(person.address)
    lift_hard_bounce(hashes)
    if never_again:
        suppress(hashes[-1], reason=SuppressionReason.NEVER_AGAIN, now=now)
    forget_requests_of(person.id)
    _empty_import_rows(person.identity or "")
    # Nor may it stand in what others asked, or could take back.
    others = update(AddressChange).where(AddressChange.subscriber_id != person.id)
    old, new = AddressChange.old_address, AddressChange.new_address
    db.session.execute(others.where(func.lower(old) == person.identity).values(old_address=None))
    db.session.execute(
        others.where(func.lower(new) == person.identity).values(new_address=None, new_mailbox=None)
    )
    person.address = person.identity = person.mailbox = None
