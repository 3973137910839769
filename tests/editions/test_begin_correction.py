"""When a correction may be begun."""

from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.editions.queries import get_edition
from newsletter.editions.write_correction import open_correction
from newsletter.jobs import Lane
from newsletter.mailings.correction_queries import reach_of
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from tests.material import NOW, article, claimed, edition, person, reader


def test_what_workers_still_hold_when_a_mailing_is_paused_may_get_a_better_text(
    session: Session,
) -> None:
    reader("data")
    made = edition([article("data")])
    carry_out_edition(made.id, settings=settings(), now=NOW)
    claimed(Lane.BULK)
    mailing = pause(get_mailing(f"edition:{made.key}").id, now=NOW)
    reach = reach_of(mailing.id)
    assert (reach.get_new, reach.in_hand, reach.may_get_new) == (0, 1, 1)
    assert open_correction(get_edition(made.key), mailing, by=person().id, now=NOW).is_open
