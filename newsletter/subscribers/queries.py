"""Reads of subscribers: by address, by id, and who may be written to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, text, union_all

from newsletter.addresses import identity_of, mailbox_spellings
from newsletter.deliveries.claim import as_array
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.errors import TokenGone, TokenInvalid, TokenSuperseded
from newsletter.extensions import db
from newsletter.subscribers.models import (
    AddressChange,
    Cadence,
    Consent,
    ConsentWording,
    Language,
    MailFormat,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.tokens import Opened, Signer

# The mails that a stranger can make us send (W05).
ASKED_BY_ANYONE = (MailKind.CONFIRM_SIGNUP, MailKind.ALREADY_SUBSCRIBED, MailKind.MANAGE_LINK)
PER_HOUR, PER_DAY = 1, 3
# By which the index over mailing and reader finds a reader's single mails.
_SINGLE = Delivery.mailing_id.is_(None)
# Whoever holds a link to her choices may ask a fresh one a little more often, and no more.
FRESH_PER_HOUR, FRESH_PER_DAY = 3, 6

# Read for every mail that leaves: as plain words, for which a dictionary is faster than a mapper.
# By ids on either side, so that neither table is read as a whole.
_RECIPIENTS = text("""
    select r.id, r.address, s.language, s.format, s.status, s.receives_editions, s.cadence,
           s.link_nonce, coalesce(s.paused_until > clock_timestamp(), false)
      from subscribers r join subscriptions s on s.subscriber_id = r.id
     where r.id = any(cast(:ids as bigint[])) and s.subscriber_id = any(cast(:ids as bigint[]))
""")
_LANGUAGES = {each.value: each for each in Language}
_FORMATS = {each.value: each for each in MailFormat}
_STATUSES = {each.value: each for each in SubscriptionStatus}
_CADENCES = {each.value: each for each in Cadence}


class Recipient(NamedTuple):
    """Whom a claimed delivery goes to, as read in the transaction that claims it (R16)."""

    subscriber_id: int
    address: str | None
    language: Language
    format: MailFormat
    status: SubscriptionStatus
    receives_editions: bool
    cadence: Cadence
    link_nonce: int
    is_paused: bool

    def is_waiting(self, kind: MailKind) -> bool:
        """Whether this mail would fall in a pause of hers."""
        return self.is_paused and kind in (MailKind.EDITION, MailKind.DIGEST)

    def may_get(self, kind: MailKind) -> bool:
        """Whether the agreement, as it stands now, still asks for this kind of mail."""
        active = self.status is SubscriptionStatus.ACTIVE
        if self.address is None:
            return False
        if kind is MailKind.EDITION:
            return active and self.receives_editions
        if kind is MailKind.DIGEST:
            return active and self.cadence is not Cadence.NONE
        if kind is MailKind.CONFIRM_SIGNUP:
            return self.status is SubscriptionStatus.PENDING
        # Who left may still see, take along and erase what we hold (P05, P06).
        if kind in (MailKind.MANAGE_LINK, MailKind.ADDRESS_CHANGED):
            return True
        return active


def find_by_address(address: str, *, lock: bool = False) -> Subscription | None:
    """The subscription of an address, whatever its status; locked for a deed on request."""
    query = select(Subscription).join(Subscriber).where(
        Subscriber.identity == identity_of(address)
    )
    if lock:
        query = query.with_for_update(of=Subscription).execution_options(populate_existing=True)
    return db.session.scalar(query)


def find_subscription(subscriber_id: int) -> Subscription | None:
    """The subscription of a subscriber, locked for the deed at hand and read behind the lock."""
    return db.session.scalar(
        select(Subscription).where(Subscription.subscriber_id == subscriber_id)
        .with_for_update(of=Subscription, key_share=True)
        .execution_options(populate_existing=True)
    )


def find_language(subscriber_id: int) -> str:
    """The language of a subscriber's mails and pages; empty when there is no such subscriber."""
    return db.session.scalar(
        select(Subscription.language).where(Subscription.subscriber_id == subscriber_id)
    ) or ""


def subscription_behind(opened: Opened) -> Subscription:
    """The subscription behind a link to choices or data, locked, whatever its status.

    Raises TokenGone when we hold no address any more, and TokenSuperseded when the address has
    changed since the link was mailed (W12).
    """
    subscription = find_subscription(opened.row_id)
    if subscription is None:
        raise TokenInvalid("row")
    if subscription.subscriber.address is None:
        raise TokenGone("address", language=subscription.language)
    if opened.nonce != subscription.link_nonce:
        raise TokenSuperseded("nonce", language=subscription.language)
    return subscription


def recipients(subscriber_ids: Sequence[int]) -> dict[int, Recipient]:
    """Address and agreement of each subscriber, in one statement, read as they stand now."""
    rows = db.session.execute(_RECIPIENTS, {"ids": as_array(subscriber_ids)}).all()
    return {
        row[0]: Recipient(
            row[0], row[1], _LANGUAGES[row[2]], _FORMATS[row[3]], _STATUSES[row[4]], row[5],
            _CADENCES[row[6]], row[7], row[8],
        )
        for row in rows
    }


def addresses_of_changes(change_ids: Sequence[int]) -> dict[int, AddressChange]:
    """The changes of address with these ids, in at most one statement."""
    if not change_ids:
        return {}
    rows = db.session.scalars(select(AddressChange).where(AddressChange.id.in_(change_ids)))
    return {row.id: row for row in rows}


def addresses_before_change(moments: Mapping[int, tuple[int, datetime]]) -> dict[int, str]:
    """Of readers who changed their address since the moment given, the address they had then.

    By keys of the caller's own, each of a subscriber and a moment: one reader may be asked for at
    several. Only as long as the old address is kept, which is a week (W12).
    """
    if not moments:
        return {}
    rows = db.session.execute(
        select(AddressChange.subscriber_id, AddressChange.confirmed_at, AddressChange.old_address)
        .where(AddressChange.subscriber_id.in_({who for who, _ in moments.values()}),
               AddressChange.confirmed_at.is_not(None), AddressChange.old_address.is_not(None))
        .order_by(AddressChange.confirmed_at)
    )
    changes: dict[int, list[tuple[datetime, str]]] = {}
    for who, confirmed_at, old in rows:
        if confirmed_at is not None:
            changes.setdefault(who, []).append((confirmed_at, str(old)))
    found: dict[int, str] = {}
    for key, (who, moment) in moments.items():
        # What the first change since then took the place of.
        old = next((old for at, old in changes.get(who, ()) if at > moment), None)
        if old is not None:
            found[key] = old
    return found


def consents_of(subscriber_id: int) -> list[tuple[Consent, ConsentWording | None]]:
    """A subscriber's entries in the ledger of consent, with the text each names, oldest first."""
    rows = db.session.execute(
        select(Consent, ConsentWording)
        .outerjoin(ConsentWording, ConsentWording.id == Consent.wording_id)
        .where(Consent.subscriber_id == subscriber_id)
        .order_by(Consent.id)
    )
    return [(row[0], row[1]) for row in rows]


def lock_mailboxes(mailboxes: Iterable[str]) -> None:
    """Hold these mailboxes until the transaction ends, each for one asker at a time.

    Always in the same order, and before any subscription is locked: so that two who ask for the
    same ones cannot wait for each other.
    """
    for mailbox in sorted(set(mailboxes)):
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(mailbox, 0))))


def has_room_for_mail(mailbox: str, *, signer: Signer, now: datetime) -> bool:
    """Whether this mailbox was spared enough: one such mail an hour, three a day (W05).

    Takes a lock on the mailbox until the transaction ends, so that many asking at once, each
    with another plus-tag, are counted one after the other. Who locks a subscription as well, or
    asks for several mailboxes, calls `lock_mailboxes` first.
    """
    lock_mailboxes([mailbox])
    spellings = mailbox_spellings(mailbox)
    to_readers = (
        select(Delivery.created_at.label("at"))
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Subscriber.mailbox.in_(spellings), Delivery.kind.in_(ASKED_BY_ANYONE), _SINGLE)
    )
    # What a reader asked to be mailed there, as her new address: the victim is the same mailbox.
    # Of an asker who was erased since, it stands as a keyed hash (`erase`).
    to_new_sides = select(AddressChange.asked_at).where(
        AddressChange.new_mailbox.in_(
            [*spellings, *(each for one in spellings for each in signer.address_hashes(one))]
        )
    )
    mails = union_all(to_readers, to_new_sides).subquery()
    return _is_below(mails.c.at, PER_HOUR, PER_DAY, now=now)


def has_room_for_fresh_link(subscriber_id: int, *, now: datetime) -> bool:
    """Whether a reader who holds a link may be mailed a fresh one: three an hour, six a day."""
    mails = (
        select(Delivery.created_at.label("at"))
        .where(
            Delivery.subscriber_id == subscriber_id, Delivery.kind == MailKind.MANAGE_LINK, _SINGLE
        )
        .subquery()
    )
    return _is_below(mails.c.at, FRESH_PER_HOUR, FRESH_PER_DAY, now=now)


def has_room_for_welcome(subscriber_id: int, *, now: datetime) -> bool:
    """Whether who comes back may be mailed so: three such mails a day, however often she left.

    The button is behind a link that stands in every mail, and mails are forwarded.
    """
    mails = (
        select(Delivery.created_at.label("at"))
        .where(Delivery.subscriber_id == subscriber_id, Delivery.kind == MailKind.WELCOME, _SINGLE)
        .subquery()
    )
    return _is_below(mails.c.at, PER_DAY, PER_DAY, now=now)


def _is_below(
    at: ColumnElement[datetime], per_hour: int, per_day: int, *, now: datetime
) -> bool:
    hour = func.count().filter(at > now - timedelta(hours=1))
    in_hour, in_day = db.session.execute(
        select(hour, func.count()).where(at > now - timedelta(days=1))
    ).one()
    return bool(in_hour < per_hour and in_day < per_day)
