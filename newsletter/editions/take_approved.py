"""Take approved: the frozen content under which an edition leaves, or a refusal.

The last gate before an edition leaves, whoever scheduled it: nothing goes past it.
"""

from datetime import datetime

from newsletter.editions.approval_models import Approval
from newsletter.editions.approval_queries import find_open
from newsletter.editions.models import Edition
from newsletter.editions.void_changed import changed_since
from newsletter.errors import NotApproved
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest


def take_approved(edition: Edition, compiled: CompiledManifest, *, now: datetime) -> Approval:
    """The approval of the mail as compiled now, which is from now on used; the edition is locked.

    Raises NotApproved as `approval_that_holds` does.
    """
    approval = approval_that_holds(edition, compiled)
    approval.used_at = now
    db.session.flush()
    return approval


def approval_that_holds(edition: Edition, compiled: CompiledManifest | None) -> Approval:
    """The approval of the mail as compiled now.

    Raises NotApproved: `none`, `waiting`, or what in the mail is not as approved.
    """
    approval = find_open(edition.id, lock=True)
    if approval is None:
        raise NotApproved("none")
    if approval.is_waiting:
        raise NotApproved("waiting")
    reason = changed_since(edition, approval, compiled)
    if reason is not None:
        raise NotApproved(reason.value)
    return approval
