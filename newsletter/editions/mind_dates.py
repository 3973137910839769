"""Mind dates: what to know about the dates of an edition, by themselves and beside all else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from newsletter import clock
from newsletter.editions.days import Caution, Closed, Mind, minds_of_day, minds_of_sending
from newsletter.editions.models import Edition
from newsletter.editions.move_dates import Dates
from newsletter.editions.other import Other
from newsletter.working_days import working_days_between

CLOSE_DAYS = 14  # editions nearer to each other than this
COPY_TO_APPROVAL, APPROVAL_TO_SENDING = 3, 2  # working days, the last one counted
# What needs another date; the rest an editor may well have chosen.
COLLISIONS = frozenset({Mind.HOLIDAY, Mind.WEEKEND, Mind.CLOSED, Mind.SAME_WEEK, Mind.ORDER,
                        Mind.MONTHLY, Mind.TIGHT_COPY, Mind.TIGHT_APPROVAL})


@dataclass(frozen=True)
class Around:
    """What stands around the dates of an edition: free periods, editions, monthly digests."""

    closed: tuple[Closed, ...] = ()
    editions: tuple[Other, ...] = ()
    monthly_days: frozenset[date] = frozenset()


NOTHING = Around()


def minds_of(dates: Dates, around: Around = NOTHING, *, of: Edition | None = None) -> list[Caution]:
    """What to mind about these dates in the Netherlands; nothing of it refuses them.

    `of` is the edition that they are for: it does not collide with itself.
    """
    place = (of.volume, of.number) if of else (0, 0)
    others = [other for other in around.editions if other.place != place]
    copy_on, approval_on, send_on = (
        clock.local(moment).date()
        for moment in (dates.copy_deadline_at, dates.approval_deadline_at, dates.send_at)
    )
    return [
        *minds_of_sending(dates.send_at, around.closed),
        *_near(dates.send_at, send_on, others, place=place),
        *([Caution("send_at", Mind.MONTHLY, send_on)] if send_on in around.monthly_days else []),
        *minds_of_day("copy_deadline_at", copy_on, around.closed),
        *minds_of_day("approval_deadline_at", approval_on, around.closed),
        *_tight(copy_on, approval_on, send_on),
    ]


def _near(
    send_at: datetime, send_on: date, others: list[Other], *, place: tuple[int, int]
) -> Iterator[Caution]:
    for other in others:
        other_on = clock.local(other.send_at).date()
        if other.place < place and other.send_at >= send_at:
            yield Caution("send_at", Mind.ORDER, send_on, other.name)
        elif other_on.isocalendar()[:2] == send_on.isocalendar()[:2]:
            yield Caution("send_at", Mind.SAME_WEEK, send_on, other.name)
        elif abs((other_on - send_on).days) < CLOSE_DAYS:
            yield Caution("send_at", Mind.CLOSE, send_on, other.name)


def _tight(copy_on: date, approval_on: date, send_on: date) -> Iterator[Caution]:
    if working_days_between(copy_on, approval_on) < COPY_TO_APPROVAL:
        yield Caution("copy_deadline_at", Mind.TIGHT_COPY, copy_on)
    if working_days_between(approval_on, send_on) < APPROVAL_TO_SENDING:
        yield Caution("approval_deadline_at", Mind.TIGHT_APPROVAL, approval_on)
