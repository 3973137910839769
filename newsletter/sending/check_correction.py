"""Check a correction: nothing in it may stand that would keep an edition from leaving."""

from newsletter.editions.models import Edition
from newsletter.editions.write_correction import adopt
from newsletter.errors import EditionNotReady
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.correction_models import Correction
from newsletter.sending.check_edition import blocking_faults
from newsletter.sending.house import House


def refuse_blocked_correction(
    edition: Edition, correction: Correction, compiled: CompiledManifest, *, house: House
) -> None:
    """Look the edition over as the correction would make it, and leave it as it is.

    Raises EditionNotReady, which names what blocks it.
    """
    with db.session.begin_nested() as tried:
        adopt(edition, correction)
        refuse_blocked_edition(edition, compiled, house=house)
        tried.rollback()


def refuse_blocked_edition(edition: Edition, compiled: CompiledManifest, *, house: House) -> None:
    """Raises EditionNotReady, which names what blocks the edition as it stands."""
    if found := blocking_faults(edition, compiled, too_large=False, house=house):
        raise EditionNotReady(found)
