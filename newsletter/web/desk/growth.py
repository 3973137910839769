"""Figures at the desk: growth, cadences, languages and themes over months that are over."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from flask import Response, abort, render_template, request
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from newsletter import clock
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes, themes_by_id
from newsletter.cells import cell
from newsletter.core import settings
from newsletter.errors import BadMoment
from newsletter.floor import Hidden, Told
from newsletter.subscribers.figure_models import Measure
from newsletter.subscribers.figure_queries import counted_days, events_by_month, stands_on
from newsletter.web.dates import figures
from newsletter.web.desk import charts, growth_tables
from newsletter.web.desk.forms import DeskForm
from newsletter.web.desk.growth_tables import Table, last_day
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language
from newsletter.web.reader.personal.export import BYTE_ORDER_MARK
from newsletter.web.typed import read_day

USUAL, MOST = 12, 60  # months
TABLES = ("groei", "ritme", "taal", "themas")


class Shown(NamedTuple):
    """The months that are shown, and the tables over them by name."""

    months: list[date]
    tables: dict[str, Table]


class PeriodForm(DeskForm):
    """From which month until which, typed; empty means the last twelve that are over."""

    first = StringField(_l("Van maand"), name="van")
    last = StringField(_l("Tot en met maand"), name="tot")

    def wanted(self, over: tuple[date, date]) -> list[date] | None:
        """The months asked, as far as they were counted; None when a fault is told at its field.

        `over` are the first and the last month that there is.
        """
        first, last = self._month(self.first), self._month(self.last)
        if self.faulty():
            return None
        last = min(last or over[1], over[1])
        first = first or max(clock.add_months(last, 1 - USUAL), over[0])
        try:
            return _months(max(first, over[0]), last, asked=first)
        except BadMoment as fault:
            self.show_fault(fault)
            return None

    def _month(self, field: StringField) -> date | None:
        text = (field.data or "").strip()
        if not text:
            return None
        try:
            return read_day(f"1-{text}", field=str(field.short_name))
        except BadMoment:
            self.show_fault(BadMoment(str(field.short_name), "no_month"))
            return None


def page() -> str | tuple[str, int]:
    """GET /redactie/cijfers: the tables and their drawings."""
    form = PeriodForm(formdata=request.args, meta={"csrf": False})
    shown = _shown(form)
    drawn = {}
    if shown and shown.months:
        growth, themes = shown.tables["groei"], shown.tables["themas"]
        drawn = {
            "readers": charts.columns(growth.column(5)),
            "balance": charts.balance(growth.column(0), growth.column(1), growth.column(4)),
            "shares": {name: [charts.columns(table.column(n)) for n in range(len(table.heads) - 1)]
                       for name, table in shown.tables.items() if name in ("ritme", "taal")},
            "themes": [charts.columns(themes.column(n)) for n in range(len(themes.heads))],
        }
    html = render_template(
        "pages/desk/growth.html", form=form, shown=shown, drawn=drawn, told=told_words,
        pairs=pairwise, floor=settings().figures_floor,
        asked={str(field.name): field.data for field in form if field.data},
    )
    return (html, 400) if form.faulty() else html


def as_csv(table: str) -> Response | tuple[str, int]:
    """GET /redactie/cijfers/<table>.csv: one table as it stands on the page."""
    if table not in TABLES:
        abort(404)
    shown = _shown(PeriodForm(formdata=request.args, meta={"csrf": False}))
    if shown is None or not shown.months:
        abort(404)
    found = shown.tables[table]
    rows = [[words, *map(told_plain, cells)] for words, cells in found.rows]
    return csv_of(f"cijfers-{table}", [[_("Maand"), *found.heads], *rows])


def csv_of(name: str, rows: Sequence[Sequence[object]]) -> Response:
    """A file for a spreadsheet, in which no cell can start a formula (S12)."""
    out = io.StringIO()
    csv.writer(out).writerows([[cell(value) for value in row] for row in rows])
    response = Response(BYTE_ORDER_MARK + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def told_words(count: Told) -> str:
    """A count as a page shows it."""
    if isinstance(count, Hidden):
        return str(told_plain(count))
    return figures(count, current_language())


def told_plain(count: Told) -> int | str:
    """A count as a file has it: a number, or why there is none."""
    if count is Hidden.SMALL:
        return _("1 tot %(most)s", most=settings().figures_floor - 1)
    if count is Hidden.UNCOUNTED:
        return "–"
    return _("niet getoond") if isinstance(count, Hidden) else count


def _shown(form: PeriodForm) -> Shown | None:
    """None where the form has a fault; without months as long as no month is over."""
    over = _over()
    if over is None:
        return Shown([], {})
    months = form.wanted(over)
    if months is None:
        return None
    floor = settings().figures_floor
    # From the first on, so that what is told of a month is the same whatever period is asked.
    every = _from_to(over[0], months[-1])
    events = events_by_month(every[0], last_day(every[-1]))
    stands = stands_on([every[0] - timedelta(days=1), *map(last_day, every)])
    tables = (
        growth_tables.growth(every, events, stands, floor=floor),
        growth_tables.cadences(every, stands, floor=floor),
        growth_tables.languages(every, stands, floor=floor),
        growth_tables.themes(every, stands, _themes(stands), floor=floor),
    )
    return Shown(months, {table.name: table.last(len(months)) for table in tables})


def _themes(stands: Mapping[tuple[date, Measure, str], int]) -> list[Theme]:
    """Those that can be picked, and those that somebody followed then."""
    followed = {int(subject) for _day, measure, subject in stands if measure is Measure.THEME}
    return themes_by_id(followed | {theme.id for theme in themes()})


def _over() -> tuple[date, date] | None:
    """The first and the last month that were counted to their end; None if there is none.

    A month that still runs is not shown: from one day to the next it would give away who came.
    """
    days = counted_days()
    if days is None:
        return None
    first, last = days[0].replace(day=1), days[1].replace(day=1)
    if last_day(last) > days[1]:
        last = clock.add_months(last, -1)
    return (first, last) if first <= last else None


def _months(first: date, last: date, *, asked: date) -> list[date]:
    """Each month by its first day. Raises BadMoment at `tot` or `van`."""
    if asked > last:
        raise BadMoment("tot", "months_backwards")
    if clock.add_months(first, MOST) <= last:
        raise BadMoment("van", "too_many_months")
    return _from_to(first, last)


def _from_to(first: date, last: date) -> list[date]:
    found = [first]
    while found[-1] < last:
        found.append(clock.add_months(found[-1], 1))
    return found
