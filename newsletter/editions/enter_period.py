"""Enter a period without editions; the proposals of a year avoid it."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.editions.models import LONGEST_PERIOD, LONGEST_PERIOD_NAME, ClosedPeriod
from newsletter.errors import BadInput, BadMoment
from newsletter.extensions import db


@dataclass(frozen=True)
class PeriodDraft:
    """A period as a person typed it; both days belong to it."""

    name: str
    first_on: date
    last_on: date


def checked(draft: PeriodDraft) -> PeriodDraft:
    """The draft as it is kept. Raises BadInput at `name`, BadMoment at `last_on`."""
    name = draft.name.strip()
    if not name:
        raise BadInput("name", "empty")
    if len(name) > LONGEST_PERIOD_NAME:
        raise BadInput("name", "too_long")
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        raise BadInput("name", "control_character")
    if draft.last_on < draft.first_on:
        raise BadMoment("last_on", "before_first")
    if (draft.last_on - draft.first_on).days >= LONGEST_PERIOD:
        raise BadMoment("last_on", "too_far")
    return PeriodDraft(name, draft.first_on, draft.last_on)


def enter_period(draft: PeriodDraft, *, account_id: int, now: datetime) -> ClosedPeriod:
    """Keep the period. Raises BadInput at `name`, BadMoment at `last_on`."""
    draft = checked(draft)
    period = ClosedPeriod(name=draft.name, first_on=draft.first_on, last_on=draft.last_on,
                          entered_by=account_id, entered_at=now, revision=0)
    db.session.add(period)
    db.session.flush()
    return period
