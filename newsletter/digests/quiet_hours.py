"""Quiet hours: between which times of the day no digest mailing starts."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from newsletter import clock
from newsletter.catalogue.models import Magazine
from newsletter.working_days import ONE_DAY

# The tick comes every few seconds: a slot that is further behind than this was missed.
ON_TIME = timedelta(minutes=15)


@dataclass(frozen=True)
class QuietHours:
    """On the wall clock of Europe/Amsterdam, `since` in them and `until` no longer.

    `since` later than `until` crosses midnight; equal times mean that no hour is quiet.
    """

    since: time
    until: time

    def cover(self, at: time) -> bool:
        """Whether the time of the day lies in them."""
        if self.since <= self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until

    def cover_moment(self, moment: datetime) -> bool:
        """Whether the wall clock shows one of them at the aware `moment`.

        What comes twice in autumn is quiet both times.
        """
        return self.cover(clock.local(moment).time())

    def end_from(self, day: date, at: time) -> tuple[date, time]:
        """The first day and time on the wall, from this one on, that is not quiet."""
        if not self.cover(at):
            return day, at
        return (day if at < self.until else day + ONE_DAY), self.until

    def hold(self, slot_at: datetime, *, now: datetime) -> bool:
        """Whether a slot that has come (moments aware) waits until they are over.

        What was planned outside them and is on time starts: the tick may come a little after them.
        """
        is_on_time = now - slot_at <= ON_TIME and not self.cover_moment(slot_at)
        return self.cover_moment(now) and not is_on_time


NONE = QuietHours(time(0), time(0))


def quiet_hours_of(magazine: Magazine) -> QuietHours:
    """The quiet hours that the catalogue holds."""
    return QuietHours(magazine.quiet_from, magazine.quiet_until)
