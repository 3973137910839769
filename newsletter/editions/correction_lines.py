"""The line of a correction, which those who have the old text read: approved with its mail."""

from typing import NamedTuple

from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.write_correction import find_correction_of


class Lines(NamedTuple):
    """The line in both languages; empty of an edition that is not being corrected."""

    nl: str = ""
    en: str = ""


def lines_of(edition: Edition) -> Lines:
    """The line that goes with the edition's mail as it stands now."""
    if edition.status is not EditionStatus.PUBLISHED:
        return Lines()
    correction = find_correction_of(edition)
    return Lines(correction.text_nl, correction.text_en) if correction is not None else Lines()
