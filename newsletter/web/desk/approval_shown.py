"""Where an edition's approval stands, as its pages show it."""

from dataclasses import dataclass, replace

from flask_security import current_user

from newsletter.accounts.models import Account
from newsletter.accounts.queries import names_of
from newsletter.editions.approval_models import Approval, Verdict
from newsletter.editions.approval_queries import find_newest
from newsletter.editions.approve import why_not
from newsletter.editions.models import Edition
from newsletter.editions.void_changed import changed_since
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.queries import get_manifest
from newsletter.web.desk.approval_words import voided_words


@dataclass(frozen=True)
class ApprovalShown:
    """The approval that was asked last; `stand` says what came of it.

    `waiting`, `approved`, `refused`, `voided`, or `stale`: it will be voided when somebody looks,
    as the mail is another by now. `why` ends the sentence that it fell.
    """

    approval: Approval
    stand: str
    asked_by: str
    decided_by: str
    hash: str
    audience: str
    why: str = ""
    is_for_another: bool = False  # it waits, and not for who looks at it now


def shown(approval: Approval, *, stale: str = "") -> ApprovalShown:
    """The approval with the names that belong to it; `stale` is why it holds no more, if so."""
    ids = [each for each in (approval.asked_by, approval.decided_by) if each]
    names = names_of(ids)
    manifest = get_manifest(approval.manifest_id)
    return ApprovalShown(
        approval,
        _stand(approval, stale),
        names.get(approval.asked_by, ""),
        names.get(approval.decided_by or 0, ""),
        manifest.hash,
        manifest.audience,
        voided_words(approval.void_reason or stale) if approval.void_reason or stale else "",
    )


def newest_shown(edition: Edition, compiled: CompiledManifest | None) -> ApprovalShown | None:
    """The approval of the edition that was asked last, beside its mail as compiled now.

    For who works here: it tells whether another must decide.
    """
    approval = find_newest(edition.id)
    if approval is None:
        return None
    is_open = approval.used_at is None and (approval.is_waiting or approval.holds)
    stale = changed_since(edition, approval, compiled) if is_open else None
    found = shown(approval, stale=stale.value if stale else "")
    account = db.session.get_one(Account, current_user.id)
    return replace(found, is_for_another=found.stand == "waiting"
                   and why_not(edition, approval, account) != "")


def _stand(approval: Approval, stale: str) -> str:
    if approval.voided_at is not None:
        return "voided"
    if approval.verdict is Verdict.REFUSED:
        return "refused"
    if stale:
        return "stale"
    return "waiting" if approval.verdict is None else "approved"
