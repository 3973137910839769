"""Claim with addresses: what is due, to whom, and whether it is still wanted."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from newsletter.accounts.models import Account
from newsletter.deliveries import claim as ledger
from newsletter.deliveries.claim import Claimed
from newsletter.deliveries.models import MailKind, SkipReason
from newsletter.deliveries.suppress import SuppressionReason, reasons_of
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.envelope import message_id
from newsletter.subscribers.queries import Recipient, addresses_of_changes, recipients
from newsletter.tokens import Signer

# Which side of a change of address a mail about it goes to.
SIDES = {MailKind.CONFIRM_ADDRESS: "new_address", MailKind.ADDRESS_CHANGED: "old_address"}


@dataclass(frozen=True)
class Owed:
    """A claimed delivery with the address it goes to and the words it is written in."""

    delivery: Claimed
    address: str
    message_id: str
    language: str
    format: str
    # What the links to her choices carry, so that a changed address ends those in earlier mails.
    link_nonce: int = 0


@dataclass(frozen=True)
class Batch:
    """What one claim took: letters to write, and how many were skipped as no longer wanted."""

    claim_id: uuid.UUID
    owed: tuple[Owed, ...]
    skipped: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was due."""
        return not self.owed and not self.skipped


def claim_batch(
    lane: Lane, *, limit: int, lease: timedelta, signer: Signer, domain: str
) -> Batch:
    """Take at most `limit` deliveries; whoever left or is suppressed by now is skipped (R16).

    Runs in the caller's transaction; Message-IDs are fixed here, before a byte leaves (R04).
    """
    claim_id = uuid.uuid4()
    claimed = ledger.claim(lane, limit=limit, claim_id=claim_id, lease=lease)
    owed, skipped = _with_addresses(claimed, signer=signer, domain=domain)
    ledger.fix_message_ids(
        {each.delivery.id: each.message_id for each in owed if each.delivery.message_id is None}
    )
    for reason, ids in skipped.items():
        ledger.skip(ids, claim_id=claim_id, reason=reason)
    return Batch(claim_id, tuple(owed), sum(map(len, skipped.values())))


def _with_addresses(
    claimed: list[Claimed], *, signer: Signer, domain: str
) -> tuple[list[Owed], dict[SkipReason, list[int]]]:
    """What is still owed, with addresses; and what is not, by the reason why."""
    readers = recipients([c.subscriber_id for c in claimed if c.subscriber_id is not None])
    accounts = _account_addresses([c.account_id for c in claimed if c.account_id is not None])
    elsewhere = _other_addresses(claimed)
    addressed = {
        c.id: elsewhere.get(c.id, reader.address)
        for c in claimed
        if (reader := readers.get(c.subscriber_id or 0)) is not None
    }
    hashes = {key: signer.address_hashes(address) for key, address in addressed.items() if address}
    known = reasons_of({h for several in hashes.values() for h in several})
    owed: list[Owed] = []
    skipped: dict[SkipReason, list[int]] = {}
    for delivery in claimed:
        name = delivery.message_id or message_id(delivery.id, signer=signer, domain=domain)
        if delivery.account_id is not None:
            owed.append(Owed(delivery, accounts[delivery.account_id], name,
                             str(delivery.params.get("language", "nl")),
                             str(delivery.params.get("format", "mail"))))
            continue
        reader, address = readers.get(delivery.subscriber_id or 0), addressed.get(delivery.id)
        reasons = {known[h] for h in hashes.get(delivery.id, ()) if h in known}
        reason = _why_not(delivery.kind, reader, address, reasons)
        if reason is not None:
            skipped.setdefault(reason, []).append(delivery.id)
            continue
        assert reader is not None
        assert address is not None
        owed.append(Owed(delivery, address, name, reader.language.value, reader.format.value,
                         reader.link_nonce))
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


def _other_addresses(claimed: list[Claimed]) -> dict[int, str | None]:
    """Of the mails about a change of address, the side that each goes to (W12)."""
    about = {c.id: (c.kind, int(c.params["change_id"])) for c in claimed if c.kind in SIDES}
    changes = addresses_of_changes([change_id for _, change_id in about.values()])
    return {
        delivery_id: getattr(changes[change_id], SIDES[kind]) if change_id in changes else None
        for delivery_id, (kind, change_id) in about.items()
    }


def _account_addresses(ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = db.session.execute(select(Account.id, Account.email).where(Account.id.in_(ids)))
    return dict(rows.tuples().all())
