"""Check a correction: nothing in it may stand that would keep an edition from leaving."""

from newsletter.config import Settings
from newsletter.editions.models import Edition
from newsletter.editions.write_correction import adopt
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.correction_models import Correction
from newsletter.sending.check_edition import refuse_blocked


def refuse_blocked_correction(
    edition: Edition, correction: Correction, compiled: CompiledManifest, *, settings: Settings
) -> None:
    """Look the edition over as the correction would make it, and leave it as it is.

    Raises EditionNotReady, which names what blocks it.
    """
    with db.session.begin_nested() as tried:
        adopt(edition, correction)
        refuse_blocked(edition, compiled, settings=settings)
        tried.rollback()
