"""Watch the audit trail: an alarm when it is not whole, gone when it is; then seal it."""

from datetime import datetime

from newsletter.accounts.seal_audit import seal_audit
from newsletter.accounts.verify_audit import Broken, verify_audit, verify_new_audit
from newsletter.deliveries.alarm import clear_alarm, open_alarms, raise_alarm

BROKEN = "audit_broken"
_SUBJECT = "audit trail"


def watch_audit(*, now: datetime) -> bool:
    """Whether what was added since the newest seal is whole, and every seal. For once an hour.

    As long as there is an alarm the whole trail is looked at: only that may take it away.
    """
    if any(alarm.kind == BROKEN for alarm in open_alarms()):
        return watch_whole_audit(now=now)
    return _judge(verify_new_audit(), now=now)


def watch_whole_audit(*, now: datetime) -> bool:
    """Whether every entry and every seal is whole. Makes all hashes again: for once a day."""
    broken = verify_audit().broken
    if broken is None:
        clear_alarm(BROKEN, _SUBJECT, now=now)
    return _judge(broken, now=now)


def _judge(broken: Broken | None, *, now: datetime) -> bool:
    if broken is not None:
        raise_alarm(BROKEN, _SUBJECT, now=now, fault=broken.fault, sequence=broken.sequence)
        return False
    seal_audit(now=now)
    return True
