"""On which day, and when on it, the desk is reminded of a deadline; pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from newsletter import clock
from newsletter.catalogue.models import Magazine
from newsletter.editions.deadlines import deadlines_of
from newsletter.editions.models import Edition
from newsletter.editions.reminder_models import Deadline
from newsletter.working_days import ONE_DAY, is_working_day, next_working_day

NINE = time(9, 0)  # on the wall clock of Europe/Amsterdam


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


def steps_of(edition: Edition, plan: Plan) -> list[Step]:
    """Every reminder of the edition's deadlines, by the moment at which it is due."""
    found = [
        Step(deadline, at, days, step_at(at, days=days, quiet=plan.quiet))
        for deadline, at in deadlines_of(edition).items()
        for days in plan.days[deadline]
    ]
    return sorted(found, key=lambda step: (step.due_at, step.deadline_at, -step.days))


def step_at(deadline_at: datetime, *, days: int, quiet: Quiet) -> datetime:
    """Nine o'clock in the Netherlands so many days before the deadline, in UTC.

    For a free day comes the working day before it, and for quiet hours their end.
    """
    day = clock.local(deadline_at).date() - days * ONE_DAY
    while not is_working_day(day):
        day -= ONE_DAY
    return _begin_of(day, quiet)


def is_due(step: Step, *, now: datetime, quiet: Quiet) -> bool:
    """Whether it may leave now: on a working day from nine, not in quiet hours.

    Also one that was missed, until the deadline has passed; when that would come before the next
    working day, a free day will do.
    """
    if not step.due_at <= now < step.deadline_at or quiet.cover_moment(now):
        return False
    day = clock.local(now).date()
    if is_working_day(day) and _begin_of(day, quiet) <= now:
        return True
    if not is_working_day(day):
        day = next_working_day(day)
    return _begin_of(day, quiet) >= step.deadline_at


def _begin_of(day: date, quiet: Quiet) -> datetime:
    """From when on that day reminders may leave."""
    on, at = quiet.end_from(day, NINE)
    if on > day:  # quiet from nine until the night is over: all that is left lies before it
        _, at = quiet.end_from(day - ONE_DAY, NINE)
    return datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(UTC)
