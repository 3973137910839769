"""Told: whether a page spoke of the correction that its button would drop, asked under the locks.

A correction that was begun, or approved, after the page was opened is dropped by nobody who was
not shown it.
"""

from flask import request

from newsletter.editions.approval_models import Approval
from newsletter.editions.approval_queries import find_open
from newsletter.editions.change import lock as hold
from newsletter.editions.models import Edition
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.correction_queries import find_open_correction
from newsletter.mailings.models import Mailing
from newsletter.mailings.pause import lock_mailing
from newsletter.web.desk.void_after import give_up_correction

NOT_TOLD = "not_told"


def told_by(mailing: Mailing) -> str:
    """What a page that tells of the open correction posts as `correction`; empty for none.

    Its number, and that of its approval once a second person gave it.
    """
    correction = find_open_correction(mailing.id)
    return _mark(mailing, correction) if correction is not None else ""


def give_up_told(mailing: Mailing) -> Correction | None:
    """Drop the mailing's open correction, if there is one, and the one that was dropped.

    To be asked in the transaction of the act. Raises WrongState `not_told` when the page that was
    posted knew nothing of it, or not that it was approved.
    """
    if mailing.edition_id is None:
        return None
    edition = db.session.get_one(Edition, mailing.edition_id)
    # Whoever begins, writes, approves or carries out a correction holds the edition first.
    hold(edition)
    lock_mailing(mailing.id)
    correction = find_open_correction(mailing.id)
    if correction is None:
        return None
    if request.form.get("correction") != _mark(mailing, correction, lock=True):
        raise WrongState(NOT_TOLD)
    give_up_correction(edition)
    return correction


def is_approved(mailing: Mailing) -> bool:
    """Whether a second person gave what was asked of the correction that is open."""
    return find_open_correction(mailing.id) is not None and _given(mailing) is not None


def _mark(mailing: Mailing, correction: Correction, *, lock: bool = False) -> str:
    given = _given(mailing, lock=lock)
    return f"{correction.id}.{given.id}" if given is not None else str(correction.id)


def _given(mailing: Mailing, *, lock: bool = False) -> Approval | None:
    if mailing.edition_id is None:
        return None
    approval = find_open(mailing.edition_id, lock=lock)
    return approval if approval is not None and approval.holds else None
