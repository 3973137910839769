"""The reminders of a year's editions: when each comes, and what became of it, in words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from newsletter.editions.models import Edition
from newsletter.editions.remind import reminders_of
from newsletter.editions.reminder_days import Plan, steps_of
from newsletter.editions.reminder_models import Deadline
from newsletter.web.desk.said import _, ngettext


class Shown(NamedTuple):
    """One reminder: its moment, and what became of it; nothing yet of one that comes."""

    at: datetime
    words: str


@dataclass(frozen=True)
class Row:
    """The reminders of one edition by deadline, in the order of their moments."""

    edition: Edition
    by_deadline: dict[Deadline, list[Shown]]


def reminder_rows(editions: Sequence[Edition], plan: Plan, *, now: datetime) -> list[Row]:
    """A row for each of these editions, which are still to come at `now` (aware)."""
    seen: dict[int, list[tuple[Deadline, Shown]]] = defaultdict(list)
    noted = set()
    for each in reminders_of(edition.id for edition in editions):
        noted.add((each.edition_id, each.deadline, each.deadline_at, each.days))
        if each.mails:
            words = ngettext("gemaild aan één persoon", "gemaild aan %(num)s mensen", each.mails)
            seen[each.edition_id].append((each.deadline, Shown(each.at, words)))
    for edition in editions:
        seen[edition.id] += _coming(edition, plan, noted, now=now)
    return [Row(edition, {deadline: sorted(shown for one, shown in seen[edition.id]
                                           if one is deadline) for deadline in Deadline})
            for edition in editions]


def _coming(
    edition: Edition, plan: Plan, noted: set[tuple[int, Deadline, datetime, int]], *,
    now: datetime,
) -> list[tuple[Deadline, Shown]]:
    found: dict[tuple[Deadline, datetime], Shown] = {}
    for step in steps_of(edition, plan):
        key = (edition.id, step.deadline, step.deadline_at, step.days)
        if key not in noted and step.due_at > now:
            found[step.deadline, step.due_at] = Shown(step.due_at, "")
    return [(deadline, shown) for (deadline, _at), shown in found.items()]


def days_in_words(plan: Plan) -> str:
    """How many days before each deadline, in one sentence."""
    shown = {deadline: ", ".join(map(str, days)) or _("geen")
             for deadline, days in plan.days.items()}
    return _("Zoveel dagen ervoor: kopij %(copy)s, akkoord %(approval)s, verzending %(sending)s.",
             copy=shown[Deadline.COPY], approval=shown[Deadline.APPROVAL],
             sending=shown[Deadline.SENDING])
