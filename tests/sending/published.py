"""An edition that is carried out: a delivery is due for each of its readers."""

from newsletter.core import settings
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from tests import material


def publish(readers: int) -> None:
    """Make so many readers, and owe each the edition `90-8` in transactions of its own."""
    with transaction():
        for _ in range(readers):
            material.reader()
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)
