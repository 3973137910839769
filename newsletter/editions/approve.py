"""Approve: a second person says that an edition may leave as it was frozen."""

from datetime import datetime

from newsletter.accounts.models import Account, RoleName
from newsletter.editions.approval_models import Approval, Verdict
from newsletter.editions.approval_queries import find_open, hands_of, partners_in
from newsletter.editions.change import lock
from newsletter.editions.models import Edition
from newsletter.errors import MayNotApprove, WrongState
from newsletter.extensions import db

MAY = frozenset({RoleName.EDITOR, RoleName.PUBLISHER, RoleName.ADMIN})


def approve(edition: Edition, approval_id: int, *, by: Account, now: datetime) -> Approval:
    """Give the approval that was asked under this id.

    To be asked after `void_changed` in the same transaction, so that it is of what stands now.
    Raises MayNotApprove, and WrongState `gone` when it is not waited for any more.
    """
    approval = begin_decision(edition, approval_id, by=by)
    approval.verdict = Verdict.APPROVED
    approval.decided_by = by.id
    approval.decided_at = now
    db.session.flush()
    return approval


def begin_decision(edition: Edition, approval_id: int, *, by: Account) -> Approval:
    """The approval under this id, locked, for who may decide on it.

    Raises WrongState `gone` unless it is waited for, and MayNotApprove with what `why_not` says.
    """
    lock(edition)
    approval = find_open(edition.id, lock=True)
    if approval is None or approval.id != approval_id or not approval.is_waiting:
        raise WrongState("gone")
    reason = why_not(edition, approval, by)
    if reason:
        raise MayNotApprove(reason)
    return approval


def why_not(edition: Edition, approval: Approval, account: Account) -> str:
    """Why this account cannot be the second person; nothing when it can.

    `role` (only who edits may), `asked`, `worked_on_it` (changed the edition's texts or its
    choice of articles), `own_partner` (works for an association that contributed an article).
    """
    if not account.active or MAY.isdisjoint(role.name for role in account.roles):
        return "role"
    if approval.asked_by == account.id:
        return "asked"
    if any(hand.account_id == account.id for hand in hands_of(edition.id)):
        return "worked_on_it"
    if any(partner.id == account.partner_id for partner in partners_in(edition.id)):
        return "own_partner"
    return ""
