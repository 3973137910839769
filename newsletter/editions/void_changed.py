"""Void changed: an approval falls when mail or page are not what was approved any more."""

from datetime import datetime

from newsletter.deliveries.alarm import raise_alarm
from newsletter.editions.approval_models import Approval, VoidReason
from newsletter.editions.approval_queries import find_open
from newsletter.editions.change import lock
from newsletter.editions.correction_lines import lines_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.queries import get_manifest, short_texts

# Raised when an edition that was to leave was taken back; cleared when a person schedules it.
UNAPPROVED_ALARM = "edition_unapproved"


def void_changed(
    edition: Edition, compiled: CompiledManifest | None, *, now: datetime
) -> VoidReason | None:
    """Void the open approval if the mail as compiled now is not the frozen one; why, or None.

    `compiled` is None when no mail can be made. An edition that was scheduled no longer leaves
    by itself, and an alarm says so. Safe to repeat.
    """
    lock(edition)
    approval = find_open(edition.id, lock=True)
    if approval is None:
        return None
    reason = changed_since(edition, approval, compiled)
    if reason is None:
        return None
    approval.voided_at = now
    approval.void_reason = reason
    take_back(edition, reason.value, now=now)
    db.session.flush()
    return reason


def take_back(edition: Edition, why: str, *, now: datetime) -> bool:
    """Whether a scheduled edition, locked, was taken back because its approval does not hold.

    One whose moment has come becomes late: a person decides. `why` stands in the alarm.
    """
    if edition.status is not EditionStatus.SCHEDULED:
        return False
    edition.status = EditionStatus.PLANNED if edition.send_at > now else EditionStatus.LATE
    edition.revision += 1
    raise_alarm(UNAPPROVED_ALARM, f"edition:{edition.key}", now=now, reason=why)
    return True


def changed_since(
    edition: Edition, approval: Approval, compiled: CompiledManifest | None
) -> VoidReason | None:
    """What in the mail, its page or the line beside it is not as frozen; None when all is."""
    if compiled is None:
        return VoidReason.UNMAKEABLE
    frozen = get_manifest(approval.manifest_id)
    # Asked before pages were frozen: then its page reads the articles as they are, and says so.
    as_now = compiled.mail_hash if frozen.page is None else compiled.hash
    if frozen.hash == as_now:
        is_as_asked = (approval.line_nl, approval.line_en) == lines_of(edition)
        return None if is_as_asked else VoidReason.LINE
    if frozen.audience != compiled.audience:
        return VoidReason.AUDIENCE
    before = short_texts(approval.manifest_id)
    for variant in compiled.variants:
        subject, preheader = before.get(variant.selection_key, ("", ""))
        if subject != variant.subject:
            return VoidReason.SUBJECT
        if preheader != variant.preheader:
            return VoidReason.PREHEADER
    return VoidReason.CONTENT
