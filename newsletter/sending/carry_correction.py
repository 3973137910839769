"""Carry a correction out: give the approved text to whoever can still get it, and go on."""

from datetime import datetime

from newsletter.config import Settings
from newsletter.editions.change import lock
from newsletter.editions.models import Edition
from newsletter.editions.take_approved import take_approved
from newsletter.editions.write_correction import adopt, corrected_content, hold_correction
from newsletter.emails.compile import compile_edition
from newsletter.mailings.add_variants import add_variants
from newsletter.mailings.correct import correct, hold_to_correct, selections_to_correct
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.one_at_a_time import one_at_a_time
from newsletter.mailings.owed import hold_owed
from newsletter.mailings.pause import lock_mailing, resume
from newsletter.sending.check_edition import refuse_blocked
from newsletter.sending.house import house_of


def carry_correction(
    edition: Edition, correction: Correction, *, by: int, settings: Settings, now: datetime
) -> Correction:
    """Correct and resume, in the caller's transaction; `by` is an account's id.

    Raises NotApproved when what would leave is not what a second person approved, WrongState as
    `mailings.correct.correct` does, EditionNotReady when a check stands in its way, MailError.
    """
    # The edition, the mailing, then the lock of planning: in the order of `carry_out`.
    lock(edition)
    mailing = lock_mailing(correction.mailing_id)
    hold_correction(correction)
    one_at_a_time()
    hold_owed()
    hold_to_correct(mailing.id)
    house = house_of(settings)
    compiled = compile_edition(
        corrected_content(edition, correction), identity=house.identity, urls=house.urls,
        owed=selections_to_correct(mailing.id),
    )
    approval = take_approved(edition, compiled, now=now)
    add_variants(approval.manifest_id, compiled)
    adopt(edition, correction)
    refuse_blocked(edition, compiled, settings=settings)
    done = correct(mailing, correction, approval.manifest_id, approval_id=approval.id, by=by,
                   now=now)
    resume(mailing.id, now=now)
    return done
