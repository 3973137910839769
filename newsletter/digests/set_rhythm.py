"""Set the rhythm: when digests come, when it is quiet, and how few articles are too few."""

from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any

from newsletter.catalogue.models import Magazine
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.rhythm import rhythm_of
from newsletter.errors import BadInput

# Of what is a number, the least and the most.
RANGES = {"weekly_weekday": (0, 6), "monthly_day": (1, 31), "weekly_minimum": (1, 12),
          "monthly_minimum": (1, 12)}


@dataclass(frozen=True)
class RhythmChange:
    """What the house decides; None leaves what stood. Times of the day are Amsterdam's.

    Weekday 0 is Monday. A month that is too short has its digest on its last day. Equal quiet times
    mean that no hour is quiet. With fewer articles than the minimum they wait for the next slot.
    """

    weekly_weekday: int | None = None
    weekly_at: time | None = None
    monthly_day: int | None = None
    monthly_at: time | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    weekly_minimum: int | None = None
    monthly_minimum: int | None = None


def set_rhythm(house: Magazine, change: RhythmChange, *, now: datetime) -> dict[str, Any]:
    """What was changed, by name; planned slots follow at once, as `plan_slots` says.

    Raises BadInput at a number that is out of range, at a slot's time that would fall on the next
    day because of the quiet hours, for readers are told the day, and when nothing is given.
    """
    given = {name: value for name, value in asdict(change).items() if value is not None}
    if not given:
        raise BadInput("rhythm", "empty")
    for name, (least, most) in RANGES.items():
        if name in given and not least <= given[name] <= most:
            raise BadInput(name, "out_of_range")
    _refuse_next_day(house, given)
    for name, value in given.items():
        setattr(house, name, value)
    plan_slots(rhythm_of(house), now=now)
    return given


def _refuse_next_day(house: Magazine, given: dict[str, Any]) -> None:
    """Quiet hours over midnight would move a slot of the evening to the day after the one said."""
    since, until = (given.get(name, getattr(house, name)) for name in ("quiet_from", "quiet_until"))
    for name in ("weekly_at", "monthly_at"):
        if until < since <= given.get(name, getattr(house, name)):
            raise BadInput(name, "next_day")
