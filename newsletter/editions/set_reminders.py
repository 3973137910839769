"""Set how many days before each deadline of an edition the desk is reminded of it."""

from collections.abc import Mapping, Sequence

from newsletter.catalogue.models import MOST_DAYS_BEFORE, MOST_REMINDERS, Magazine
from newsletter.editions.reminder_models import Deadline
from newsletter.errors import BadInput


def set_reminders(house: Magazine, days: Mapping[Deadline, Sequence[int]]) -> None:
    """The farthest day first, each once; none at all is possible.

    Raises BadInput at `copy`, `approval` or `sending`: `out_of_range` or `too_many`.
    """
    for deadline, several in days.items():
        if not all(1 <= each <= MOST_DAYS_BEFORE for each in several):
            raise BadInput(deadline.value, "out_of_range")
        if len(set(several)) > MOST_REMINDERS:
            raise BadInput(deadline.value, "too_many")
    house.copy_reminders = _sorted(days[Deadline.COPY])
    house.approval_reminders = _sorted(days[Deadline.APPROVAL])
    house.sending_reminders = _sorted(days[Deadline.SENDING])


def _sorted(days: Sequence[int]) -> list[int]:
    return sorted(set(days), reverse=True)
