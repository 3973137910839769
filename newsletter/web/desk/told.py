"""Told: whether a page spoke of the correction that its button would drop, asked under the locks.

A correction that was begun, or approved, after the page was opened is dropped by nobody who was
not shown it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from newsletter import clock
from newsletter.editions.approval_models import Approval
from newsletter.editions.approval_queries import find_open
from newsletter.editions.change import lock as hold
from newsletter.editions.models import Edition
from newsletter.editions.write_correction import drop_correction
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.correction_queries import find_open_correction
from newsletter.mailings.models import Mailing
from newsletter.mailings.pause import lock_mailing
from newsletter.web.desk.acts import Act
from newsletter.web.desk.void_after import record_fallen

NOT_TOLD = "not_told"


def told_by(mailing: Mailing) -> str:
    """What a page that tells of the open correction posts as `correction`; empty for none.

    Its number, and that of its approval once a second person gave it.
    """
    correction = find_open_correction(mailing.id)
    return _mark(mailing, correction) if correction is not None else ""


@contextmanager
def giving_up(mailing: Mailing, act: Act) -> Iterator[Correction | None]:
    """Around a deed that goes on without the mailing's open correction: the one that was dropped.

    To be asked in the transaction of the act, which tells of it. The approval that fell with it is
    recorded after the deed. Raises WrongState `not_told` when the page that was posted knew nothing
    of it, or not that it was approved.
    """
    edition = db.session.get_one(Edition, mailing.edition_id) if mailing.edition_id else None
    correction = _hold(edition, mailing) if edition is not None else None
    if edition is None or correction is None:
        yield None
        return
    if request.form.get("correction") != _mark(mailing, correction, lock=True):
        raise WrongState(NOT_TOLD)
    fell = drop_correction(edition, now=clock.now())
    act.details["correction"] = correction.id
    yield correction
    if fell is not None and fell.void_reason is not None:
        record_fallen(edition, fell.void_reason)


def _hold(edition: Edition, mailing: Mailing) -> Correction | None:
    # Whoever begins, writes, approves or carries out a correction holds the edition first.
    hold(edition)
    lock_mailing(mailing.id)
    return find_open_correction(mailing.id)


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
