"""The next edition on the first page: its three moments, and how far it is."""

from dataclasses import dataclass
from datetime import datetime

from newsletter import clock
from newsletter.editions.approval_queries import approved_editions
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import year_of
from newsletter.web.desk.checks import Check, missing_of
from newsletter.web.desk.said import _, ngettext

MOST_MISSING = 3  # that are named; the page of the edition has them all


@dataclass(frozen=True)
class Moment:
    """One moment of the edition: when, whether it is met, late or still comes, and in words."""

    name: str
    at: datetime
    kind: str
    words: str


@dataclass(frozen=True)
class NextEdition:
    """All that the panel shows."""

    edition: Edition
    year: int
    moments: list[Moment]
    missing: list[Check]  # empty for who may not see the articles that these name
    more: int  # that are missing besides


def shown(edition: Edition, now: datetime, *, most: int = MOST_MISSING) -> NextEdition:
    """The edition as it stands at `now` (aware); names at most so many things that it misses."""
    first = missing_of(edition)
    is_scheduled = edition.status is EditionStatus.SCHEDULED
    is_approved = is_scheduled or bool(approved_editions([edition.id]))
    return NextEdition(
        edition,
        year_of(edition),
        [
            _moment(_("Kopij binnen"), edition.copy_deadline_at, now, is_met=not first,
                    met=_("alles is er")),
            _moment(_("Akkoord vóór"), edition.approval_deadline_at, now, is_met=is_approved,
                    met=_("gegeven")),
            _moment(_("Verzending"), edition.send_at, now, is_met=is_scheduled,
                    met=_("vertrekt vanzelf, %(days)s", days=_until(edition.send_at, now))),
        ],
        first[:most],
        max(0, len(first) - most),
    )


def _moment(name: str, at: datetime, now: datetime, *, is_met: bool, met: str) -> Moment:
    if is_met:
        return Moment(name, at, "done", met)
    if at <= now:
        return Moment(name, at, "wrong", _late(at, now))
    return Moment(name, at, "mind" if _days(at, now) <= 1 else "wait", _until(at, now))


def _days(at: datetime, now: datetime) -> int:
    """From the one day to the other on the calendar of Amsterdam."""
    return (clock.local(at).date() - clock.local(now).date()).days


def _until(at: datetime, now: datetime) -> str:
    days = _days(at, now)
    if days == 0:
        return _("vandaag")
    return _("morgen") if days == 1 else _("over %(days)s dagen", days=days)


def _late(at: datetime, now: datetime) -> str:
    days = -_days(at, now)
    if days == 0:
        return _("vandaag verstreken")
    return ngettext("één dag te laat", "%(num)s dagen te laat", days)
