"""Hash an address under the subscriber's own salt, so that the ledger of consent holds none."""

import secrets
from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.addresses import salted_hash
from newsletter.extensions import db
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.models import Subscriber

SALT_BYTES = 32


def hash_address(subscriber: Subscriber) -> str | None:
    """The hash of her present address, None when that is gone.

    Makes her salt at the first use; one that waits to be destroyed is kept again, since there is
    an address again.
    """
    if subscriber.address is None:
        return None
    return salted_hash(subscriber.address, salt=_salt_of(subscriber.id))


def hash_new_addresses(addresses: Mapping[int, str]) -> dict[int, str]:
    """The hashes of the addresses of subscribers without a salt yet, by their ids; one statement.
    """
    salts = {subscriber_id: secrets.token_bytes(SALT_BYTES) for subscriber_id in addresses}
    db.session.execute(insert(ConsentSalt), [
        {"subscriber_id": subscriber_id, "salt": salt} for subscriber_id, salt in salts.items()
    ])
    return {subscriber_id: salted_hash(address, salt=salts[subscriber_id])
            for subscriber_id, address in addresses.items()}


def _salt_of(subscriber_id: int) -> bytes:
    query = select(ConsentSalt.salt, ConsentSalt.destroy_at).where(
        ConsentSalt.subscriber_id == subscriber_id
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        db.session.execute(
            insert(ConsentSalt)
            .values(subscriber_id=subscriber_id, salt=secrets.token_bytes(SALT_BYTES))
            .on_conflict_do_nothing()
        )
        found = db.session.execute(query).one()
    if found.destroy_at is not None:
        db.session.execute(
            update(ConsentSalt)
            .where(ConsentSalt.subscriber_id == subscriber_id)
            .values(destroy_at=None)
        )
    salt: bytes = found.salt
    return salt
