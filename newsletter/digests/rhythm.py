"""The rhythm: at which local moments a cadence's slots come, by a rule alone."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from newsletter import clock
from newsletter.catalogue.models import Magazine
from newsletter.clock import AMSTERDAM
from newsletter.digests.quiet_hours import NONE, QuietHours, quiet_hours_of
from newsletter.subscribers.models import Cadence
from newsletter.working_days import ONE_DAY, holiday_name, next_working_day

# No slot moves further: a day for the quiet hours, and from one holiday over a weekend and others.
FURTHEST_MOVE = timedelta(days=7)


@dataclass(frozen=True)
class Rhythm:
    """The house's moments on the wall clock of Europe/Amsterdam; weekday 0 is Monday."""

    weekly_weekday: int
    weekly_at: time
    monthly_day: int
    monthly_at: time
    quiet: QuietHours = NONE


class Place(NamedTuple):
    """A slot of the rhythm: its local day, its moment in UTC, and the period that it is for.

    `period_on` is the Monday of its week, or the first of its month, before anything moved it.
    """

    slot_on: date
    slot_at: datetime
    period_on: date


def rhythm_of(magazine: Magazine) -> Rhythm:
    """The rhythm that the catalogue holds."""
    return Rhythm(
        magazine.weekly_weekday, magazine.weekly_at, magazine.monthly_day, magazine.monthly_at,
        quiet_hours_of(magazine),
    )


def moment_of(day: date, at: time) -> datetime:
    """The UTC moment of a local calendar moment in Europe/Amsterdam (R15).

    A time that the clock skips in spring is the moment an hour later on the wall; one that comes
    twice in autumn is the first.
    """
    return datetime.combine(day, at, tzinfo=AMSTERDAM).astimezone(UTC)


def slots_between(
    rhythm: Rhythm, cadence: Cadence, *, after: datetime, until: datetime
) -> Iterator[Place]:
    """The slots of a cadence whose moment lies in (`after`, `until`], in order.

    One for each week or month. Each is moved by two rules in turn: out of the quiet hours to their
    end, and then from a public holiday to the next working day, at the same time. It stays before
    the slot that follows, which moves no less for the quiet hours and never to an earlier day.
    """
    day = after.astimezone(AMSTERDAM).date() - FURTHEST_MOVE
    last = until.astimezone(AMSTERDAM).date()
    while day <= last:
        found = _place_of(rhythm, cadence, day)
        if found and after < found.slot_at <= until:
            yield found
        day += ONE_DAY


def _place_of(rhythm: Rhythm, cadence: Cadence, day: date) -> Place | None:
    """Where the slot of this day comes, when the rhythm has one on it."""
    if cadence is Cadence.WEEKLY and day.weekday() == rhythm.weekly_weekday:
        return Place(*settle(day, rhythm.weekly_at, rhythm.quiet),
                     day - timedelta(days=day.weekday()))
    if cadence is Cadence.MONTHLY and day.day == _day_in(day, rhythm.monthly_day):
        return Place(*settle(day, rhythm.monthly_at, rhythm.quiet), day.replace(day=1))
    return None


def settle(day: date, at: time, quiet: QuietHours) -> tuple[date, datetime]:
    """The local day and the UTC moment to which the two rules bring a local day and time."""
    day, at = quiet.end_from(day, at)
    if holiday_name(day):
        day = next_working_day(day)
    moment = moment_of(day, at)
    shown = clock.local(moment).time()
    # In the spring night the clock may skip from before the quiet hours into them.
    return settle(day, shown, quiet) if quiet.cover(shown) else (day, moment)


def nominal_day(rhythm: Rhythm, cadence: Cadence, period_on: date) -> date:
    """The local day of the slot of a week or month before anything moves it."""
    if cadence is Cadence.WEEKLY:
        return period_on + timedelta(days=rhythm.weekly_weekday)
    return period_on.replace(day=_day_in(period_on, rhythm.monthly_day))


def _day_in(month: date, wanted: int) -> int:
    """The wanted day of the month, or its last one where it is shorter."""
    return min(wanted, monthrange(month.year, month.month)[1])


def nominal_start(rhythm: Rhythm, cadence: Cadence, slot_at: datetime) -> datetime:
    """Where the window of a cadence's very first slot begins: one period before it."""
    span = timedelta(days=8 if cadence is Cadence.WEEKLY else 32)
    earlier = [
        place.slot_at
        for place in slots_between(
            rhythm, cadence, after=slot_at - span - FURTHEST_MOVE,
            until=slot_at - timedelta(seconds=1),
        )
    ]
    return earlier[-1] if earlier else slot_at - span
