"""The report of a mailing: its closing ledger, how long it took, and what came of it, in counts.

The ledger is told as it stands, for it must close. What readers did has the floor.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, render_template

from newsletter import clock
from newsletter.core import settings
from newsletter.floor import Told, alone, in_steps
from newsletter.mailings.answer import MONTHS_OPEN, Answer, answers_by_day, is_full
from newsletter.mailings.ledger_queries import ledger_of
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import Progress, get_mailing
from newsletter.subscribers.figure_queries import gone_between
from newsletter.web.desk.growth import csv_of, told_plain, told_words
from newsletter.web.desk.names import failure_words, mailing_name, mailing_state, skip_words
from newsletter.web.desk.said import _, ngettext

AFTER = timedelta(days=7)  # in which leaving is counted


@dataclass(frozen=True)
class Line:
    """One line of a table: what, how many, and whether it is part of the line above."""

    words: str
    count: Told
    is_part: bool = False


@dataclass(frozen=True)
class Course:
    """When it began and ended, how long that took, pauses included, and mails a minute."""

    began: datetime
    ended: datetime
    took: timedelta
    per_minute: int

    @property
    def took_words(self) -> str:
        """`2 uur en 5 minuten`, `12 seconden`."""
        seconds = int(self.took.total_seconds())
        hours, minutes = seconds // 3600, seconds % 3600 // 60
        if hours:
            return _("%(hours)s uur en %(minutes)s min", hours=hours, minutes=minutes)
        if minutes:
            return _("%(minutes)s min en %(seconds)s s", minutes=minutes, seconds=seconds % 60)
        return ngettext("één seconde", "%(num)s seconden", seconds)


def page(key: str) -> str:
    """GET /redactie/verzendingen/<key>/verslag: the ledger as a drawing and as a table."""
    mailing = get_mailing(key)
    ledger, now = ledger_of(mailing), clock.now()
    return render_template(
        "pages/desk/report.html", mailing=mailing, name=mailing_name(mailing), ledger=ledger,
        state=mailing_state(mailing), lines=_ledger(ledger), course=_course(mailing, ledger),
        left=_left(mailing, now=now), left_known_at=_left_until(mailing),
        answers=_answers(mailing, now=now), is_full=is_full(mailing),
        answers_until=_answers_until(mailing), told=told_words,
        floor=settings().figures_floor, is_over=mailing.status in (
            MailingStatus.FINISHED, MailingStatus.CANCELLED),
    )


def as_csv(key: str) -> Response:
    """GET …/verslag.csv: the same counts as a file."""
    mailing = get_mailing(key)
    ledger = ledger_of(mailing)
    course = _course(mailing, ledger)
    rows: list[list[object]] = [[_("Wat"), _("Aantal")]]
    heading = ""
    for line in _ledger(ledger):
        heading = heading if line.is_part else line.words
        words = f"{heading}: {line.words}" if line.is_part else line.words
        rows.append([words, told_plain(line.count)])
    now = clock.now()
    for line in (*(_left(mailing, now=now) or ()), *(_answers(mailing, now=now) or ())):
        rows.append([line.words, told_plain(line.count)])
    if course:
        rows += [[_("Begonnen"), course.began], [_("Klaar"), course.ended],
                 [_("Duur in seconden"), int(course.took.total_seconds())],
                 [_("Mails per minuut"), course.per_minute]]
    return csv_of(f"verslag-{key.replace(':', '-')}", rows)


def _ledger(ledger: Progress) -> list[Line]:
    """Each recipient in one line, and by reason beneath; the last is the sum."""
    return [
        Line(_("Verzonden"), ledger.sent),
        Line(_("Mislukt"), ledger.failures),
        *(Line(failure_words(code), n, is_part=True) for code, n in sorted(ledger.failed.items())),
        Line(_("Overgeslagen"), ledger.skips),
        *(Line(skip_words(why), n, is_part=True) for why, n in sorted(ledger.skipped.items())),
        Line(_("Te gaan"), ledger.open),
        Line(_("Ontvangers"), ledger.recipients),
    ]


def _course(mailing: Mailing, ledger: Progress) -> Course | None:
    if mailing.sending_at is None or mailing.finished_at is None:
        return None
    took = mailing.finished_at - mailing.sending_at
    minutes = max(took.total_seconds(), 1) / 60
    return Course(mailing.sending_at, mailing.finished_at, took, round(ledger.sent / minutes))


def _left(mailing: Mailing, *, now: datetime) -> list[Line] | None:
    """Who left in the week after; None until that is over, for a count that grows tells who.

    Two mailings in one week count who left in both: their difference is of two groups, not of one.
    """
    until = _left_until(mailing)
    if mailing.sending_at is None or until is None or now < until:
        return None
    gone = gone_between(mailing.sending_at, until)
    floor = settings().figures_floor
    return [
        Line(_("Stopte met alle mail"), alone(gone.wholly, floor)),
        Line(_("Stopte alleen met de edities"), alone(gone.editions, floor)),
        Line(_("Stopte alleen met de themamail"), alone(gone.digests, floor)),
    ]


def _left_until(mailing: Mailing) -> datetime | None:
    return mailing.sending_at and mailing.sending_at + AFTER


def _answers(mailing: Mailing, *, now: datetime) -> list[Line] | None:
    """What was said in the week and on each day after it that is over; None until the week is.

    A count goes on when as many are new as the floor asks.
    """
    until = _left_until(mailing)
    if until is None or now < until:
        return None
    week, today = clock.local(until).date(), clock.local(now).date()
    days = [(max(day, week), said) for day, said in answers_by_day(mailing.id) if day < today]
    floor = settings().figures_floor

    def told(which: Answer) -> Told:
        first = sum(said[which] for day, said in days if day == week)
        return in_steps([first, *(said[which] for day, said in days if day > week)], floor)

    return [Line(_("Noemde de mail nuttig"), told(Answer.USEFUL)),
            Line(_("Noemde de mail niet nuttig"), told(Answer.NOT_USEFUL))]


def _answers_until(mailing: Mailing) -> datetime | None:
    return mailing.sending_at and clock.add_months(mailing.sending_at, MONTHS_OPEN)
