"""Names left under: every Message-ID with which a delivery may have gone out."""

from newsletter.deliveries.reconcile import OpenDelivery
from newsletter.deliveries.unclear import Unclear
from newsletter.mailings.correction_models import MOST_CORRECTIONS
from newsletter.sending.envelope import message_id_in_mailing, message_id_of_single
from newsletter.tokens import Signer


def names_left_under(
    delivery: OpenDelivery | Unclear, mailing_keys: dict[int, str], *, signer: Signer, domain: str
) -> list[str]:
    """The one that is written down, else that under the key of its first claim, or under any.

    With angle brackets, as in the mail. `mailing_keys` by the ids of mailings, `domain` that of
    `MAIL_FROM`. Of one that a backup calls open, and clean, also those that corrections since may
    have given it (R23).
    """
    key = mailing_keys.get(delivery.mailing_id or 0)
    names = [delivery.message_id] if delivery.message_id is not None else [
        _in_mailing(delivery, key, signer, domain, key_id, delivery.correction)
        if key is not None and delivery.subscriber_id is not None
        else message_id_of_single(delivery.id, delivery.created_at, signer=signer, domain=domain,
                                  key_id=key_id)
        for key_id in ([delivery.key_id] if delivery.key_id else signer.names)
    ]
    if (key is not None and key.startswith("edition:") and isinstance(delivery, OpenDelivery)
            and not delivery.unclear_count):
        names += [
            _in_mailing(delivery, key, signer, domain, key_id, correction)
            for correction in range(delivery.correction + 1, MOST_CORRECTIONS + 1)
            for key_id in signer.names
        ]
    return names


def _in_mailing(
    delivery: OpenDelivery | Unclear, mailing_key: str, signer: Signer, domain: str, key_id: str,
    correction: int,
) -> str:
    return message_id_in_mailing(
        mailing_key, delivery.subscriber_id or 0, signer=signer, domain=domain, key_id=key_id,
        correction=correction,
    )
