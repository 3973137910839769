"""Sign up: ask for consent, and queue the mail in which it can be given."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from newsletter import addresses
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.suppress import SuppressionReason, find_reason
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers import details as said
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import (
    ConsentAct,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.queries import find_by_address, has_room_for_mail
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.tokens import Signer

NOTHING_SAID = Details()
# The ledger's word for what was asked without a mail, while something else stood already.
SET_ASIDE = "form_set_aside"


def request_signup(
    *,
    address: str,
    choices: Choices,
    source_page: str,
    signer: Signer,
    wording_id: int | None,
    now: datetime,
    details: Details = NOTHING_SAID,
) -> None:
    """Ask the address to confirm; the visitor saw the same whatever we know of it (W04).

    Known and active: a mail that says so, nothing changes. Else choices and details wait for the
    mailed button, in place of what waited before. Without a mail nothing does: her earlier mail
    says what its button confirms, and the ledger alone keeps what was asked. Complained or never
    again: no mail (W07). `wording_id` is the consent text that the form showed. Raises BadAddress,
    or BadInput at `themes` or `cadence`.
    """
    address = addresses.check(address)
    chosen.check(choices)
    if choices.nothing_chosen:
        raise BadInput("cadence", "nothing_chosen")
    has_room = has_room_for_mail(addresses.mailbox_of(address), signer=signer, now=now)
    subscription = _find_or_add(address, choices, signer=signer, now=now)
    suppression = find_reason(signer.address_hashes(address))
    may_write = has_room and suppression in (None, SuppressionReason.HARD_BOUNCE)
    if subscription.status is SubscriptionStatus.ACTIVE:
        if may_write:
            _queue(subscription, MailKind.ALREADY_SUBSCRIBED, now=now)
        return
    if not may_write and not _was_never_mailed(subscription):
        aside = Proof(SET_ASIDE, source_page, wording_id=wording_id)
        record_consent(subscription, ConsentAct.ASKED, proof=aside, now=now, asked=choices)
        return
    # Of somebody who was a reader before, a stranger may not write what we know.
    if subscription.confirmed_at is None:
        said.store(details, subscription.subscriber)
    proof = Proof("form", source_page, wording_id=wording_id)
    ask_again(subscription, choices, proof=proof, may_write=may_write, now=now)


def ask_again(
    subscription: Subscription,
    choices: Choices,
    *,
    proof: Proof,
    may_write: bool,
    now: datetime,
) -> None:
    """Put new choices before the reader; a new mail supersedes the link of the old one (W06)."""
    subscription.status = SubscriptionStatus.PENDING
    subscription.ended_at = subscription.ended_reason = None
    subscription.leaving_reason = None
    subscription.paused_until = subscription.waiting_since = None
    subscription.asked_at = now
    chosen.store(choices, subscription, now=now)
    record_consent(subscription, ConsentAct.ASKED, proof=proof, now=now)
    if may_write:
        subscription.confirm_nonce += 1
        _queue(subscription, MailKind.CONFIRM_SIGNUP, now=now)


def _was_never_mailed(subscription: Subscription) -> bool:
    """Whether no link to a button was ever made for her: what waits stands in no mail."""
    return subscription.status is SubscriptionStatus.PENDING and subscription.confirm_nonce == 0


def _queue(subscription: Subscription, kind: MailKind, *, now: datetime) -> None:
    params = (
        {"nonce": subscription.confirm_nonce} if kind is MailKind.CONFIRM_SIGNUP else {}
    )
    queue_single(
        SingleMail(kind=kind, subscriber_id=subscription.subscriber_id, params=params), now=now
    )


def _find_or_add(
    address: str, choices: Choices, *, signer: Signer, now: datetime
) -> Subscription:
    """The subscription of the address, locked; a new pending one where there was none.

    Two sign-ups at the same moment meet on the unique identity and on the row's lock. Somebody
    who left so long ago that only a hash is kept gets her own row, and her history, back.
    """
    identity = addresses.identity_of(address)
    former = db.session.scalar(
        select(Subscriber)
        .where(Subscriber.former_hash.in_(signer.address_hashes(address)))
        .order_by(Subscriber.id.desc())
        .limit(1)
        .with_for_update()
    )
    if former is not None and find_by_address(address) is None:
        former.address, former.identity = address, identity
        former.mailbox, former.former_hash = addresses.mailbox_of(address), None
        db.session.flush()
    new_id = db.session.scalar(
        insert(Subscriber)
        .values(
            address=address,
            identity=identity,
            mailbox=addresses.mailbox_of(address),
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Subscriber.identity])
        .returning(Subscriber.id)
    )
    if new_id is not None:
        subscription = Subscription(
            subscriber_id=new_id,
            status=SubscriptionStatus.PENDING,
            receives_editions=choices.receives_editions,
            cadence=choices.cadence,
            language=choices.language,
            format=choices.format,
            confirm_nonce=0,
            asked_at=now,
        )
        db.session.add(subscription)
        db.session.flush()
        return subscription
    found = db.session.scalars(
        select(Subscription)
        .join(Subscriber)
        .where(Subscriber.identity == identity)
        .with_for_update(of=Subscription, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is not None:
        db.session.refresh(found.subscriber)
    if found is None or found.subscriber.identity != identity:
        # While we waited for the lock she was erased, or her address moved: the row is not this
        # address's any more, and may get nothing of it.
        return _find_or_add(address, choices, signer=signer, now=now)
    return found
