"""Withdraw: an approval that was asked or given is taken back by a person of the desk."""

from datetime import datetime

from newsletter.editions.approval_models import Approval, VoidReason
from newsletter.editions.approval_queries import find_open
from newsletter.editions.change import lock
from newsletter.editions.models import Edition, EditionStatus
from newsletter.errors import WrongState
from newsletter.extensions import db


def withdraw_approval(edition: Edition, *, now: datetime) -> Approval:
    """Void the open approval; a scheduled edition no longer leaves by itself.

    Raises WrongState `none` when none is open, `leaving` when the edition's moment has come.
    """
    lock(edition)
    approval = find_open(edition.id, lock=True)
    if approval is None:
        raise WrongState("none")
    if edition.status is EditionStatus.SCHEDULED:
        if edition.send_at <= now:
            raise WrongState("leaving")
        edition.status = EditionStatus.PLANNED
        edition.revision += 1
    approval.voided_at = now
    approval.void_reason = VoidReason.WITHDRAWN
    db.session.flush()
    return approval
