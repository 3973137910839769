"""Carry a correction out: compile, freeze, give the new text to who can get it, and go on."""

from datetime import datetime

from newsletter.config import Settings
from newsletter.editions.change import lock
from newsletter.editions.write_correction import adopt, corrected_content, hold_correction
from newsletter.editions.models import Edition
from newsletter.emails.compile import compile_edition
from newsletter.errors import WrongState
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.correct import correct, selections_to_correct
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.freeze import freeze
from newsletter.mailings.one_at_a_time import one_at_a_time
from newsletter.mailings.owed import hold_owed
from newsletter.mailings.pause import lock_mailing, resume
from newsletter.sending.house import house_of


def compile_correction(
    edition: Edition, correction: Correction, *, settings: Settings
) -> CompiledManifest:
    """The corrected mail as it would leave now; its hash is what is approved. Raises MailError."""
    house = house_of(settings)
    return compile_edition(corrected_content(edition, correction), identity=house.identity,
                           urls=house.urls)


def carry_correction(
    edition: Edition,
    correction: Correction,
    *,
    approved_hash: str,
    by: int,
    settings: Settings,
    now: datetime,
) -> Correction:
    """Correct and resume, in the caller's transaction; `by` is an account's id.

    Raises WrongState when what would leave is not what was approved (`not_approved`), and as
    `mailings.correct.correct` does; EditionNotReady, MailError.
    """
    # The edition, the mailing, then the lock of planning: in the order of `carry_out`.
    lock(edition)
    mailing = lock_mailing(correction.mailing_id)
    hold_correction(correction)
    one_at_a_time()
    hold_owed()
    compiled = compile_correction(edition, correction, settings=settings)
    if compiled.hash != approved_hash:
        raise WrongState("not_approved")
    owed = [each for each in selections_to_correct(mailing.id) if each.notices]
    if owed:
        house = house_of(settings)
        compiled = compile_edition(corrected_content(edition, correction), owed=owed,
                                   identity=house.identity, urls=house.urls)
    adopt(edition, correction)
    manifest = freeze(compiled, edition_id=edition.id, now=now)
    done = correct(mailing, correction, manifest.id, by=by, now=now)
    resume(mailing.id, now=now)
    return done
