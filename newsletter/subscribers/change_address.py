"""Change of address: the fresh link proves the old side, the new side confirms (W12).

The old side is told, and can undo it for seven days.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from newsletter import addresses
from newsletter.deliveries.forget_detail import MONTHS
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.suppress import SuppressionReason, find_reason, lift_hard_bounce
from newsletter.errors import (
    AddressTaken,
    BadAddress,
    TokenExpired,
    TokenGone,
    TokenInvalid,
    TokenSuperseded,
    WrongState,
)
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.details import Details, store
from newsletter.subscribers.end import end
from newsletter.subscribers.forget_salt import forget_salt
from newsletter.subscribers.models import (
    AddressChange,
    ConsentAct,
    EndReason,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.queries import (
    find_by_address,
    find_subscription,
    has_room_for_mail,
    lock_mailboxes,
)
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.welcome import queue_welcome
from newsletter.tokens import Opened, Purpose, Signer

LIFETIME = timedelta(days=7)  # of the link to the new side (W06)
UNDO_FOR = timedelta(days=7)
PER_DAY = 3


def hold_new_side(typed: str) -> None:
    """Take the lock that `ask_change` needs before the subscription is locked for it.

    A worker with a sign-up for that mailbox in hand holds it while it asks for subscriptions. What
    was typed may be no address.
    """
    try:
        lock_mailboxes([addresses.mailbox_of(addresses.check(typed))])
    except BadAddress:
        return


def ask_change(
    subscription: Subscription, typed: str, *, signer: Signer, now: datetime
) -> AddressChange:
    """Keep the wish, and mail the new side a link with a button; a newer wish supersedes it.

    The same wish made again, while the mailbox has no room for another mail, is the one that
    stands. The asker is told the same whatever the new address is to us (W04). No mail goes to a
    mailbox that had enough of them (W05), nor to one that complained or wants none. Call
    `hold_new_side` before the subscription is opened. Raises BadAddress at `address` (also when it
    is the present one, or after three wishes in a day), and WrongState unless active.
    """
    if subscription.status is not SubscriptionStatus.ACTIVE:
        raise WrongState(subscription.status.value)
    address = addresses.check(typed)
    if addresses.identity_of(address) == subscription.subscriber.identity:
        raise BadAddress("same_address")
    mailbox = addresses.mailbox_of(address)
    has_room = has_room_for_mail(mailbox, signer=signer, now=now)
    newest = _newest(subscription.subscriber_id)
    if newest is not None and not has_room and _is_still_asked(newest, address, now=now):
        # Pressed twice: a newer wish without a mail would end the link that is on its way.
        return newest
    if _asked_in_a_day(subscription.subscriber_id, now=now) >= PER_DAY:
        raise BadAddress("too_many_changes")
    change = AddressChange(
        subscriber_id=subscription.subscriber_id,
        old_address=subscription.subscriber.address,
        new_address=address,
        new_mailbox=mailbox,
        asked_at=now,
    )
    db.session.add(change)
    db.session.flush()
    suppression = find_reason(signer.address_hashes(address))
    if has_room and suppression in (None, SuppressionReason.HARD_BOUNCE):
        _queue(MailKind.CONFIRM_ADDRESS, change, now=now)
    return change


def look_up_change(
    token: str, *, signer: Signer, now: datetime
) -> tuple[AddressChange, Subscription]:
    """What the link to the new side would confirm; changes nothing (W01).

    One that was confirmed is an answer too. Raises TokenInvalid, TokenExpired after seven days,
    TokenSuperseded when a newer wish was made, it was undone, or the reader has left, or TokenGone
    when she was erased.
    """
    change, subscription = _find(_opened(token, signer, now))
    newest = db.session.scalar(
        select(func.max(AddressChange.id)).where(
            AddressChange.subscriber_id == change.subscriber_id
        )
    )
    if change.undone_at is not None or newest != change.id:
        raise TokenSuperseded("change", language=subscription.language)
    if change.confirmed_at is None and (
        change.new_address is None or subscription.status is not SubscriptionStatus.ACTIVE
    ):
        raise TokenSuperseded("ended", language=subscription.language)
    return change, subscription


def confirm_change(token: str, *, signer: Signer, now: datetime) -> Subscription:
    """Write to the new address from now on, and tell the old one. Safe to repeat.

    Raises as `look_up_change`, and AddressTaken when another active reader is written to there.
    """
    change, subscription = look_up_change(token, signer=signer, now=now)
    if change.confirmed_at is not None:
        return subscription
    assert change.new_address is not None
    change.old_address = subscription.subscriber.address
    _move(subscription, change.new_address, means="address_change", source_page="/adres",
          signer=signer, now=now)
    lift_hard_bounce(signer.address_hashes(change.new_address))
    change.confirmed_at = now
    _queue(MailKind.ADDRESS_CHANGED, change, now=now)
    return subscription


def look_up_undo(
    token: str, *, signer: Signer, now: datetime
) -> tuple[AddressChange, Subscription]:
    """The change that the old side may undo; changes nothing.

    One that was undone is an answer too. Raises TokenInvalid, TokenExpired after seven days, or
    TokenGone when she was erased.
    """
    opened = signer.open(token, purposes=[Purpose.UNDO_ADDRESS], now=now)
    change, subscription = _find(opened)
    if change.confirmed_at is None:
        raise TokenInvalid("row")
    if change.old_address is None or now - change.confirmed_at > UNDO_FOR:
        raise TokenExpired("undo", language=subscription.language)
    return change, subscription


def undo_change(token: str, *, signer: Signer, now: datetime) -> Subscription:
    """Write to the old address again; links mailed to the new one end with it. Safe to repeat.

    What was asked or confirmed after this change came from the side that is undone: it ends too,
    or whoever took an address over could take it back by a later step. Raises as `look_up_undo`,
    and AddressTaken when another active reader is written to there now.
    """
    change, subscription = look_up_undo(token, signer=signer, now=now)
    if change.undone_at is not None:
        return subscription
    assert change.old_address is not None
    _move(subscription, change.old_address, means="address_undo", source_page="/adres",
          signer=signer, now=now)
    change.undone_at = now
    _end_later(change, now=now)
    return subscription


def _end_later(undone: AddressChange, *, now: datetime) -> None:
    later = db.session.scalars(
        select(AddressChange).where(
            AddressChange.subscriber_id == undone.subscriber_id,
            AddressChange.id > undone.id,
            AddressChange.undone_at.is_(None),
        )
    )
    for change in later:
        change.old_address = change.new_address = None
        if change.confirmed_at is not None:
            change.undone_at = now


def _opened(token: str, signer: Signer, now: datetime) -> Opened:
    purposes = [Purpose.CONFIRM_ADDRESS]
    try:
        return signer.open(token, purposes=purposes, now=now, lifetime=LIFETIME)
    except TokenExpired as late:
        _, subscription = _find(signer.open(token, purposes=purposes, now=now))
        raise TokenExpired(str(late), language=subscription.language) from late


def _find(opened: Opened) -> tuple[AddressChange, Subscription]:
    """The change behind a token, and its subscription, locked first as every deed does."""
    change = db.session.get(AddressChange, opened.row_id)
    if change is None:
        # Nothing but an erasure takes the row of a change away.
        raise TokenGone("row")
    subscription = find_subscription(change.subscriber_id)
    if subscription is None:
        raise TokenInvalid("row")
    if subscription.subscriber.address is None:
        raise TokenGone("address", language=subscription.language)
    db.session.refresh(change)
    return change, subscription


def _move(
    subscription: Subscription, address: str, *, means: str, source_page: str, signer: Signer,
    now: datetime,
) -> None:
    _make_room(address, subscription, signer=signer, now=now)
    person = subscription.subscriber
    person.address = address
    person.identity = addresses.identity_of(address)
    person.mailbox = addresses.mailbox_of(address)
    subscription.link_nonce += 1
    # A link that confirms leads on to the choices, and may lie in the mailbox that was left.
    subscription.confirm_nonce += 1
    entry = record_consent(
        subscription, ConsentAct.CHANGED, proof=Proof(means, source_page), now=now
    )
    if subscription.status is SubscriptionStatus.ACTIVE:
        # Links in earlier mails have ended: this one brings a new one to where she is now.
        queue_welcome(entry, now=now)


def _make_room(
    address: str, mover: Subscription, *, signer: Signer, now: datetime
) -> None:
    """Take the address from a row that no longer, or not yet, is a reader's. Raises AddressTaken.

    Whoever confirmed or undid holds that mailbox, so an earlier life of it is hers. That a
    reader left there stays known by the keyed hash, or an import could revive her later.
    """
    other = find_by_address(address, lock=True)
    if other is None or other.subscriber_id == mover.subscriber_id:
        return
    if other.status is SubscriptionStatus.ACTIVE:
        raise AddressTaken(str(other.subscriber_id))
    if other.status is SubscriptionStatus.PENDING:
        end(other, EndReason.NEVER_CONFIRMED, choices=chosen.of(other),
            proof=Proof("address_change", "/adres"), now=now)
    person = other.subscriber
    if other.confirmed_at is not None:
        person.former_hash = signer.address_hashes(address)[-1]
    person.address = person.identity = person.mailbox = None
    # No job looks for details where there is no address (P07).
    store(Details(), person)
    forget_salt(person.id, keep_months=MONTHS if other.confirmed_at else 0, now=now)
    db.session.flush()


def _newest(subscriber_id: int) -> AddressChange | None:
    return db.session.scalar(
        select(AddressChange)
        .where(AddressChange.subscriber_id == subscriber_id)
        .order_by(AddressChange.id.desc())
        .limit(1)
    )


def _is_still_asked(change: AddressChange, address: str, *, now: datetime) -> bool:
    return (
        change.confirmed_at is None
        and change.new_address is not None
        and addresses.identity_of(change.new_address) == addresses.identity_of(address)
        and now - change.asked_at <= LIFETIME
    )


def _asked_in_a_day(subscriber_id: int, *, now: datetime) -> int:
    return db.session.scalar(
        select(func.count()).where(
            AddressChange.subscriber_id == subscriber_id,
            AddressChange.asked_at > now - timedelta(days=1),
        )
    ) or 0


def _queue(kind: MailKind, change: AddressChange, *, now: datetime) -> None:
    queue_single(
        SingleMail(
            kind=kind,
            subscriber_id=change.subscriber_id,
            params={"change_id": change.id},
            idempotency_key=f"{kind}:{change.id}",
        ),
        now=now,
    )
