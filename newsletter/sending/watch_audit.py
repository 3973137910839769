"""Watch the audit trail: an alarm when it is not whole, gone when it is; then seal it."""

from datetime import datetime

from newsletter.accounts.seal_audit import seal_audit
from newsletter.accounts.verify_audit import verify_audit
from newsletter.deliveries.alarm import clear_alarm, raise_alarm

BROKEN = "audit_broken"
_SUBJECT = "audit trail"


def watch_audit(*, now: datetime) -> bool:
    """Whether every entry and every seal is whole. Reads all entries: for once an hour."""
    broken = verify_audit().broken
    if broken is not None:
        raise_alarm(BROKEN, _SUBJECT, now=now, fault=broken.fault, sequence=broken.sequence)
        return False
    clear_alarm(BROKEN, _SUBJECT, now=now)
    seal_audit(now=now)
    return True
