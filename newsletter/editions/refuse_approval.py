"""Refuse approval: the second person says why an edition may not leave like this."""

from datetime import datetime

from newsletter.accounts.models import Account
from newsletter.articles.drafts import text_fault
from newsletter.editions.approval_models import LONGEST_NOTE, Approval, Verdict
from newsletter.editions.approve import begin_decision
from newsletter.editions.models import Edition
from newsletter.errors import BadInput
from newsletter.extensions import db


def refuse_approval(
    edition: Edition, approval_id: int, *, note: str, by: Account, now: datetime
) -> Approval:
    """Refuse the approval that was asked under this id; `note` says what must be otherwise.

    Raises BadInput at `note`, MayNotApprove, and WrongState `gone` when it is not waited for.
    """
    note = note.replace("\r\n", "\n").replace("\r", "\n").strip()
    fault = text_fault(note, longest=LONGEST_NOTE, needed=True)
    if fault:
        raise BadInput("note", fault)
    approval = begin_decision(edition, approval_id, by=by)
    approval.verdict = Verdict.REFUSED
    approval.decided_by = by.id
    approval.decided_at = now
    approval.note = note
    db.session.flush()
    return approval
