"""On which day, and when on it, the desk is reminded of a deadline; pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from newsletter import clock
from newsletter.catalogue.models import Magazine
from newsletter.editions.models import Edition
from newsletter.editions.reminder_models import Deadline
from newsletter.working_days import ONE_DAY, is_working_day

NINE = time(9, 0)  # on the wall clock of Europe/Amsterdam
LOOKED_BACK = 60  # days: far more than any row of free days or quiet nights


class Quiet(Protocol):
    """The hours in which nothing of the house is sent."""

    def end_from(self, day: date, at: time) -> tuple[date, time]: ...

    def cover_moment(self, moment: datetime) -> bool: ...


@dataclass(frozen=True)
class Plan:
    """How many days before each deadline there is a reminder, and when none may leave."""

    days: Mapping[Deadline, Sequence[int]]
    quiet: Quiet


@dataclass(frozen=True)
class Step:
    """One reminder of one deadline; both moments are aware."""

    deadline: Deadline
    deadline_at: datetime
    days: int
    due_at: datetime


def plan_of(house: Magazine, quiet: Quiet) -> Plan:
    """What the house decided."""
    return Plan(
        {
            Deadline.COPY: house.copy_reminders,
            Deadline.APPROVAL: house.approval_reminders,
            Deadline.SENDING: house.sending_reminders,
        },
        quiet,
    )


def deadlines_of(edition: Edition) -> dict[Deadline, datetime]:
    """The edition's moments as they now stand."""
    return {
        Deadline.COPY: edition.copy_deadline_at,
        Deadline.APPROVAL: edition.approval_deadline_at,
        Deadline.SENDING: edition.send_at,
    }


def steps_of(edition: Edition, plan: Plan) -> list[Step]:
    """Every reminder of the edition's deadlines, by the moment at which it is due."""
    found = [
        Step(deadline, at, days, due_at)
        for deadline, at in deadlines_of(edition).items()
        for days in plan.days[deadline]
        if (due_at := step_at(at, days=days, quiet=plan.quiet)) is not None
    ]
    return sorted(found, key=lambda step: (step.due_at, step.deadline_at, -step.days))


def step_at(deadline_at: datetime, *, days: int, quiet: Quiet) -> datetime | None:
    """Nine o'clock in the Netherlands so many days before the deadline, in UTC.

    On a free day it comes on the working day before; in quiet hours when they end, as long as
    that is not a later day. None when the quiet hours leave no such moment.
    """
    last = clock.local(deadline_at).date() - days * ONE_DAY
    for back in range(LOOKED_BACK):
        day, at = quiet.end_from(last - back * ONE_DAY, NINE)
        if day <= last and is_working_day(day):
            return _moment(day, at)
    return None


def is_due(step: Step, *, now: datetime, quiet: Quiet) -> bool:
    """Whether it may leave now: on a working day from nine, not in quiet hours.

    Also one that was missed, until the deadline has passed; when that would come before the next
    working day, a free day will do.
    """
    if not step.due_at <= now < step.deadline_at or quiet.cover_moment(now):
        return False
    turn = next(_turns(now, quiet), step.deadline_at)
    return turn == now or turn >= step.deadline_at


def _turns(now: datetime, quiet: Quiet) -> Iterator[datetime]:
    """From `now` on, when reminders may leave on a working day: now, or at the start of each."""
    today = clock.local(now)
    if is_working_day(today.date()) and today.time() >= NINE and not quiet.cover_moment(now):
        yield now
    for ahead in range(LOOKED_BACK):
        day, at = quiet.end_from(today.date() + ahead * ONE_DAY, NINE)
        if is_working_day(day) and (moment := _moment(day, at)) > now:
            yield moment


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(UTC)
