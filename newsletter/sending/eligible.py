"""Eligible: of what is due, to whom it goes, and whether that is still wanted (R16)."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from newsletter import clock
from newsletter.accounts.models import Account
from newsletter.deliveries.claim import Due
from newsletter.deliveries.models import MailKind, SkipReason
from newsletter.deliveries.suppress import SuppressionReason, reasons_of
from newsletter.editions.deadlines import Told, still_owed
from newsletter.editions.reminder_models import Deadline
from newsletter.extensions import db
from newsletter.subscribers.queries import (
    Recipient,
    addresses_before_change,
    addresses_of_changes,
    recipients,
)
from newsletter.tokens import Signer

TO = "to"  # of a test's params: the keyed hash of another address than the account's own
# Which side of a change of address a mail about it goes to.
SIDES = {MailKind.CONFIRM_ADDRESS: "new_address", MailKind.ADDRESS_CHANGED: "old_address"}


@dataclass(slots=True)
class Addressed:
    """A delivery that is owed, and the address it goes to; `reader` is None for an account."""

    due: Due
    address: str
    reader: Recipient | None
    language: str = ""  # of an account


def eligible(
    due: Sequence[Due], *, signer: Signer, tests_to: Sequence[str] = ()
) -> tuple[list[Addressed], dict[SkipReason, list[int]]]:
    """What is still owed, with addresses; and the ids of what is not, by the reason why.

    Read in the transaction that claims: whoever left or was suppressed before it gets nothing. A
    test may name one of the addresses `tests_to` by its keyed hash instead of its account's own.
    """
    readers = recipients([each.subscriber_id for each in due if each.subscriber_id is not None])
    accounts = _accounts([each.account_id for each in due if each.account_id is not None])
    addresses = _addresses(due, readers)
    hashes = {key: signer.address_hashes(address) for key, address in addresses.items() if address}
    known = reasons_of({each for several in hashes.values() for each in several})
    reminders = still_owed(
        (_told(each) for each in due if each.kind is MailKind.REMINDER), now=clock.now())
    owed: list[Addressed] = []
    skipped: dict[SkipReason, list[int]] = {}
    for delivery in due:
        if delivery.account_id is not None:
            account = accounts[delivery.account_id]
            address = _address_of(account, delivery, tests_to, signer)
            why_not = _why_not_to(account, delivery, reminders) if address else SkipReason.CANCELLED
            if address and why_not is None:
                owed.append(Addressed(delivery, address, None, account.language))
            elif why_not is not None:
                skipped.setdefault(why_not, []).append(delivery.id)
            continue
        reader, address = readers.get(delivery.subscriber_id or 0), addresses.get(delivery.id)
        reasons = {known[each] for each in hashes.get(delivery.id, ()) if each in known
                   } if known else set()
        reason = _why_not(delivery.kind, reader, address, reasons)
        if reason is None:
            assert address is not None
            owed.append(Addressed(delivery, address, reader))
        else:
            skipped.setdefault(reason, []).append(delivery.id)
    return owed, skipped


def _why_not(
    kind: MailKind, reader: Recipient | None, address: str | None, reasons: set[SuppressionReason]
) -> SkipReason | None:
    """Why this mail is no longer owed, or None when it is."""
    if reader is None or address is None or not reader.may_get(kind):
        return SkipReason.UNSUBSCRIBED
    if reader.is_waiting(kind):
        return SkipReason.PAUSED
    # A confirmation may go to an address that bounced: confirming lifts that (W07).
    if kind in (MailKind.CONFIRM_SIGNUP, MailKind.CONFIRM_ADDRESS):
        reasons = reasons - {SuppressionReason.HARD_BOUNCE}
    return SkipReason.SUPPRESSED if reasons else None


def _addresses(due: Sequence[Due], readers: dict[int, Recipient]) -> dict[int, str | None]:
    """The address of each delivery to a reader: that of the moment of its first claim (R04)."""
    elsewhere = _other_sides(due)
    earlier = addresses_before_change({
        each.id: (each.subscriber_id, each.first.at)
        for each in due
        if each.first is not None and each.subscriber_id is not None
    })
    found: dict[int, str | None] = {}
    for each in due:
        reader = readers.get(each.subscriber_id or 0)
        if reader is None:
            continue
        address = reader.address
        if each.first is not None and address is not None:
            address = earlier.get(each.id, address)
        found[each.id] = elsewhere.get(each.id, address)
    return found


def _other_sides(due: Sequence[Due]) -> dict[int, str | None]:
    """Of the mails about a change of address, the side that each goes to (W12)."""
    about = {e.id: (e.kind, int(e.params["change_id"])) for e in due if e.kind in SIDES}
    changes = addresses_of_changes([change_id for _, change_id in about.values()])
    return {
        delivery_id: getattr(changes[change_id], SIDES[kind]) if change_id in changes else None
        for delivery_id, (kind, change_id) in about.items()
    }


def _address_of(
    account: Account, due: Due, tests_to: Sequence[str], signer: Signer
) -> str | None:
    """Where a mail to an account goes; None when the operator took the address off the list."""
    wanted = due.params.get(TO)
    if wanted is None:
        return account.email
    return next((one for one in tests_to if wanted in signer.address_hashes(one)), None)


def _told(due: Due) -> Told:
    said = due.params["said"]
    return Told(due.params["edition_id"], Deadline(said["deadline"]),
                datetime.fromisoformat(said["deadline_at"]))


def _why_not_to(account: Account, due: Due, reminders: Set[Told]) -> SkipReason | None:
    """Why a mail to somebody of the desk is no longer owed, or None when it is."""
    if not account.active:
        return SkipReason.CANCELLED
    # One that was taken up meanwhile, or that a newer one took the place of, opens nothing.
    is_old = due.params.get("nonce") != account.invitation_nonce
    if due.kind is MailKind.INVITATION and is_old:
        return SkipReason.SUPERSEDED
    if due.kind is MailKind.REMINDER:
        if not account.gets_reminders:
            return SkipReason.CANCELLED
        if _told(due) not in reminders:
            return SkipReason.SUPERSEDED
    return None


def _accounts(ids: list[int]) -> dict[int, Account]:
    if not ids:
        return {}
    found = db.session.scalars(
        select(Account).where(Account.id.in_(ids)).execution_options(populate_existing=True)
    )
    return {account.id: account for account in found}
