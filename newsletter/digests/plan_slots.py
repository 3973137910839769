"""Plan slots: the coming local calendar moments of each cadence, as rows."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.dialects.postgresql import insert

from newsletter.catalogue.models import Magazine
from newsletter.clock import AMSTERDAM
from newsletter.digests.models import DigestSlot
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence

AHEAD = timedelta(days=40)


@dataclass(frozen=True)
class Rhythm:
    """The house's moments on the wall clock of Europe/Amsterdam; weekday 0 is Monday."""

    weekly_weekday: int
    weekly_at: time
    monthly_day: int
    monthly_at: time


def rhythm_of(magazine: Magazine) -> Rhythm:
    """The rhythm that the catalogue holds."""
    return Rhythm(
        magazine.weekly_weekday, magazine.weekly_at, magazine.monthly_day, magazine.monthly_at
    )


def moment_of(day: date, at: time) -> datetime:
    """The UTC moment of a local calendar moment in Europe/Amsterdam (R15).

    A time that the clock skips in spring is the moment an hour later on the wall; one that comes
    twice in autumn is the first.
    """
    return datetime.combine(day, at, tzinfo=AMSTERDAM).astimezone(UTC)


def slots_between(
    rhythm: Rhythm, cadence: Cadence, *, after: datetime, until: datetime
) -> Iterator[tuple[date, datetime]]:
    """The local days and UTC moments of a cadence in (`after`, `until`], in order."""
    day = after.astimezone(AMSTERDAM).date()
    last = until.astimezone(AMSTERDAM).date()
    while day <= last:
        is_weekly = cadence is Cadence.WEEKLY and day.weekday() == rhythm.weekly_weekday
        is_monthly = cadence is Cadence.MONTHLY and day.day == _day_in(day, rhythm.monthly_day)
        if is_weekly or is_monthly:
            moment = moment_of(day, rhythm.weekly_at if is_weekly else rhythm.monthly_at)
            if after < moment <= until:
                yield day, moment
        day += timedelta(days=1)


def _day_in(month: date, wanted: int) -> int:
    """The wanted day of the month, or its last one where it is shorter."""
    return min(wanted, monthrange(month.year, month.month)[1])


def plan_slots(rhythm: Rhythm, *, now: datetime) -> int:
    """How many slots were new, of all that come in the next 40 days. Safe to repeat."""
    rows = [
        {"cadence": cadence, "slot_on": day, "slot_at": moment}
        for cadence in (Cadence.WEEKLY, Cadence.MONTHLY)
        for day, moment in slots_between(rhythm, cadence, after=now, until=now + AHEAD)
    ]
    if not rows:
        return 0
    new = db.session.scalars(
        insert(DigestSlot).values(rows).on_conflict_do_nothing().returning(DigestSlot.id)
    )
    return len(new.all())


def nominal_start(rhythm: Rhythm, cadence: Cadence, slot_at: datetime) -> datetime:
    """Where the window of a cadence's very first slot begins: one period before it."""
    span = timedelta(days=8 if cadence is Cadence.WEEKLY else 32)
    earlier = [
        moment
        for _, moment in slots_between(
            rhythm, cadence, after=slot_at - span, until=slot_at - timedelta(seconds=1)
        )
    ]
    return earlier[-1] if earlier else slot_at - span
