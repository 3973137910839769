"""A consent receipt: a reader's whole ledger in one file that she can check without us (P01)."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, literal_column, select

from newsletter.catalogue.queries import magazine
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.signatures import ALGORITHM, SigningKey
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.models import Consent, ConsentWording, Subscriber
from newsletter.tokens import Signer

FORMAT = "newsletter-consent-receipt"
VERSION = 1
_USE = "consent receipt"


def receipt_of(
    subscriber_id: int, *, signer: Signer, public_url: str, now: datetime
) -> dict[str, Any]:
    """The receipt as JSON-able values; `now` is aware. Raises NotFound.

    Each entry stands in it as the exact text that its hash was made of. Address and salt are hers
    to have; when her address is gone from our tables, both are null. Write it with `receipt_text`.
    """
    subscriber = db.session.get(Subscriber, subscriber_id)
    if subscriber is None:
        raise NotFound(f"subscriber {subscriber_id}")
    salt = None
    if subscriber.address is not None:
        salt = db.session.scalar(
            select(ConsentSalt.salt).where(ConsentSalt.subscriber_id == subscriber_id)
        )
    key = receipt_keys(signer)[-1]
    body: dict[str, Any] = {
        "format": {"name": FORMAT, "version": VERSION},
        "issuer": {"name": magazine().name, "url": public_url},
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "subscriber_id": subscriber_id,
        "address": subscriber.address,
        "salt": salt.hex() if salt else None,
        "entries": _entries(subscriber_id),
        "wordings": _wordings(subscriber_id),
        "signed_with": {"algorithm": ALGORITHM, "public_key": key.public},
    }
    return {**body, "signature": key.sign(canonical(body))}


def receipt_text(receipt: dict[str, Any]) -> str:
    """The receipt as a file; the check takes it in no other form, down to the last byte."""
    return json.dumps(receipt, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def canonical(body: dict[str, Any]) -> bytes:
    """What is signed: the receipt without its signature, keys sorted, no spaces, UTF-8."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def receipt_keys(signer: Signer) -> list[SigningKey]:
    """The keys that receipts are or were signed with, the present one last."""
    return [SigningKey.of(seed) for seed in signer.seeds(_USE)]


def _entries(subscriber_id: int) -> list[dict[str, Any]]:
    # The database's own function writes what the hash was made of.
    payload = func.consent_payload(literal_column("consents"))
    rows = db.session.execute(
        select(payload, Consent.previous_hash, Consent.hash)
        .where(Consent.subscriber_id == subscriber_id).order_by(Consent.sequence)
    )
    return [{"payload": row[0], "previous_hash": row[1], "hash": row[2]} for row in rows]


def _wordings(subscriber_id: int) -> dict[str, str]:
    shown = select(Consent.wording_id).where(Consent.subscriber_id == subscriber_id)
    return {
        wording.sha256: wording.text
        for wording in db.session.scalars(
            select(ConsentWording).where(ConsentWording.id.in_(shown))
        )
    }
