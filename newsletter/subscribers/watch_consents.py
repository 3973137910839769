"""Watch the ledger of consent: an alarm when a chain or a seal is broken, gone when it is whole."""

from datetime import datetime

from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.subscribers.verify_consents import verify_consents

BROKEN = "consents_broken"
_SUBJECT = "ledger of consent"


def watch_consents(*, now: datetime) -> bool:
    """Whether every chain and every seal is whole. Reads all entries: for once a day."""
    broken = verify_consents().broken
    if broken is None:
        clear_alarm(BROKEN, _SUBJECT, now=now)
        return True
    raise_alarm(BROKEN, _SUBJECT, now=now, fault=broken.fault, subscriber=broken.subscriber_id,
                sequence=broken.sequence, seal=broken.seal_id)
    return False
