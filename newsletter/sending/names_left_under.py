"""Names left under: every Message-ID with which a delivery may have gone out."""

from newsletter.deliveries.reconcile import OpenDelivery
from newsletter.deliveries.unclear import Unclear
from newsletter.sending.envelope import message_id_in_mailing, message_id_of_single
from newsletter.tokens import Signer


def names_left_under(
    delivery: OpenDelivery | Unclear, mailing_keys: dict[int, str], *, signer: Signer, domain: str
) -> list[str]:
    """The one that is written down, else that under the key of its first claim, or under any.

    With angle brackets, as in the mail. `mailing_keys` by the ids of mailings, `domain` that of
    `MAIL_FROM`.
    """
    if delivery.message_id is not None:
        return [delivery.message_id]
    names = []
    for key_id in [delivery.key_id] if delivery.key_id else signer.names:
        key = mailing_keys.get(delivery.mailing_id or 0)
        if key is not None and delivery.subscriber_id is not None:
            names.append(message_id_in_mailing(key, delivery.subscriber_id, signer=signer,
                                               domain=domain, key_id=key_id))
        else:
            names.append(message_id_of_single(delivery.id, delivery.created_at, signer=signer,
                                              domain=domain, key_id=key_id))
    return names
