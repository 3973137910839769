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
from newsletter.subscribers.queries import recipients
from newsletter.tokens import Signer


@dataclass(frozen=True)
class Owed:
    """A claimed delivery with the address it goes to and the words it is written in."""

    delivery: Claimed
    address: str
    message_id: str
    language: str
    format: str


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
    owed, unwanted, suppressed = _with_addresses(claimed, signer=signer, domain=domain)
    ledger.fix_message_ids(
        {each.delivery.id: each.message_id for each in owed if each.delivery.message_id is None}
    )
    ledger.skip(unwanted, claim_id=claim_id, reason=SkipReason.UNSUBSCRIBED)
    ledger.skip(suppressed, claim_id=claim_id, reason=SkipReason.SUPPRESSED)
    return Batch(claim_id, tuple(owed), len(unwanted) + len(suppressed))


def _with_addresses(
    claimed: list[Claimed], *, signer: Signer, domain: str
) -> tuple[list[Owed], list[int], list[int]]:
    readers = recipients([c.subscriber_id for c in claimed if c.subscriber_id is not None])
    accounts = _account_addresses([c.account_id for c in claimed if c.account_id is not None])
    hashes = {r.subscriber_id: signer.address_hashes(r.address)
              for r in readers.values() if r.address}
    known = reasons_of({h for several in hashes.values() for h in several})
    owed, unwanted, suppressed = [], [], []
    for delivery in claimed:
        name = delivery.message_id or message_id(delivery.id, signer=signer, domain=domain)
        if delivery.account_id is not None:
            owed.append(Owed(delivery, accounts[delivery.account_id], name,
                             str(delivery.params.get("language", "nl")),
                             str(delivery.params.get("format", "mail"))))
            continue
        reader = readers.get(delivery.subscriber_id or 0)
        if reader is None or reader.address is None or not reader.may_get(delivery.kind):
            unwanted.append(delivery.id)
            continue
        reasons = {known[h] for h in hashes[reader.subscriber_id] if h in known}
        # A confirmation may go to an address that bounced: confirming lifts that (W07).
        if delivery.kind is MailKind.CONFIRM_SIGNUP:
            reasons.discard(SuppressionReason.HARD_BOUNCE)
        if reasons:
            suppressed.append(delivery.id)
            continue
        owed.append(Owed(delivery, reader.address, name, reader.language.value,
                         reader.format.value))
    return owed, unwanted, suppressed


def _account_addresses(ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = db.session.execute(select(Account.id, Account.email).where(Account.id.in_(ids)))
    return dict(rows.tuples().all())
