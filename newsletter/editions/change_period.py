"""Change a period without editions; editions that are planned already stay where they are."""

from newsletter.editions.enter_period import PeriodDraft, checked
from newsletter.editions.models import ClosedPeriod
from newsletter.editions.period_queries import get_period
from newsletter.errors import BadInput
from newsletter.extensions import db


def change_period(period_id: int, draft: PeriodDraft, *, revision: int) -> ClosedPeriod:
    """Give the period another name or other days.

    Raises BadInput at `name`, BadMoment at `last_on`, BadInput at `revision` when someone saved
    it since the writer opened it, NotFound when it is gone.
    """
    draft = checked(draft)
    period = get_period(period_id, lock=True)
    if period.revision != revision:
        raise BadInput("revision", "saved_meanwhile")
    period.name, period.first_on, period.last_on = draft.name, draft.first_on, draft.last_on
    period.revision += 1
    db.session.flush()
    return period
