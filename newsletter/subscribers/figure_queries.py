"""Reads of figures: what happened in a month, how things stood on a day, who left after a mail."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Date, cast, func, select, text

from newsletter.extensions import db
from newsletter.subscribers.count_days import CHANGES
from newsletter.subscribers.figure_models import Figure, Measure

EVENTS = (Measure.GIVEN, Measure.LEFT, Measure.ERASED, Measure.BOUNCED)
STANDS = (Measure.READERS, Measure.CADENCE, Measure.LANGUAGE, Measure.THEME)


class Gone(NamedTuple):
    """How many readers left in a stretch of time: wholly, or one kind of mail alone."""

    wholly: int
    editions: int
    digests: int


_GONE = text(f"""
    with changes as ({CHANGES})
    select count(*) filter (where was_on and not is_on),
           count(*) filter (where is_on and (had->>'editions')::boolean
                                  and not (has->>'editions')::boolean),
           count(*) filter (where is_on and had->>'cadence' <> 'none'
                                  and has->>'cadence' = 'none')
      from changes where act = 'withdrawn'
""")  # noqa: S608 (only constants are joined)


def counted_days() -> tuple[date, date] | None:
    """The first and the last day that were counted."""
    first, last = db.session.execute(
        select(func.min(Figure.day), func.max(Figure.day))
        .where(Figure.measure == Measure.READERS, Figure.subject == "")
    ).one()
    return (first, last) if first and last else None


def events_by_month(first: date, last: date) -> dict[tuple[date, Measure], int]:
    """What happened from one day to another, by the first day of each month."""
    month = cast(func.date_trunc("month", Figure.day), Date)
    rows = db.session.execute(
        select(month, Figure.measure, func.sum(Figure.count))
        .where(Figure.measure.in_(EVENTS), Figure.subject == "", Figure.day.between(first, last))
        .group_by(month, Figure.measure)
    )
    return {(day, measure): int(count) for day, measure, count in rows}


def stands_on(days: Collection[date]) -> dict[tuple[date, Measure, str], int]:
    """How things stood at the end of these days."""
    rows = db.session.execute(
        select(Figure.day, Figure.measure, Figure.subject, Figure.count)
        .where(Figure.measure.in_(STANDS), Figure.day.in_(days))
    )
    return {(day, measure, subject): count for day, measure, subject, count in rows}


def gone_between(since: datetime, until: datetime) -> Gone:
    """How many readers left from a moment until another; of nobody in particular."""
    return Gone(*db.session.execute(_GONE, {"since": since, "until": until}).one())
