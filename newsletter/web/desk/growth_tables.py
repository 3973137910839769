"""The tables of figures, with the floor already in them: page, picture and file show the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from newsletter import clock
from newsletter.catalogue.models import Theme
from newsletter.floor import Hidden, Told, alone, in_sum, is_small_step, with_total
from newsletter.subscribers.figure_models import Measure
from newsletter.subscribers.models import Cadence, Language
from newsletter.web.dates import month_in_words
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language

Stands = Mapping[tuple[date, Measure, str], int]
Events = Mapping[tuple[date, Measure], int]


@dataclass(frozen=True)
class Table:
    """One table: its name in addresses, what stands above it, and its columns and rows."""

    name: str
    caption: str
    heads: list[str]
    rows: list[tuple[str, list[Told]]]

    def last(self, months: int) -> "Table":
        """The same with its last so many months alone."""
        return replace(self, rows=self.rows[len(self.rows) - months:])

    def column(self, index: int) -> list[Told]:
        """The counts of one column, from the top down."""
        return [cells[index] for _words, cells in self.rows]


def last_day(month: date) -> date:
    """The last day of the month that begins on this day."""
    return clock.add_months(month, 1) - timedelta(days=1)


def steady(
    months: Sequence[date], counts: Sequence[Sequence[int]], floor: int
) -> set[date]:
    """The months of which these counts may be told: none is a small step from when it last was.

    Begin at the first month that there is: what is told of one may not hang on the months asked.
    A month of which every count is small tells no number, so none is held against it: else the few
    who try a new list out would keep all its months untold.
    """
    told, last = set(), None
    for month, now in zip(months, counts, strict=True):
        if last is None or not any(
            is_small_step(a, b, floor) for a, b in zip(last, now, strict=True)
        ):
            told.add(month)
            if not 0 < max(now) < floor:
                last = now
    return told


def growth(months: Sequence[date], events: Events, stands: Stands, *, floor: int) -> Table:
    """Who came and who left in each month, and how many readers there were at its end.

    Readers before, plus who came, less who left, are the readers after: so what came and left are
    withheld together where one of the three is small. A month of few changes is not told either,
    for the tables beside this one would tell who it was.
    """
    rows = []
    known = steady(months, [[_readers(stands, month)] for month in months], floor)
    for month in months:
        counted = stands.get((month - timedelta(days=1), Measure.READERS, ""))
        before, after = counted or 0, _readers(stands, month)
        came = events.get((month, Measure.GIVEN), 0)
        erased = events.get((month, Measure.ERASED), 0)
        left = events.get((month, Measure.LEFT), 0) + erased
        is_known = not any(isinstance(alone(n, floor), Hidden) for n in (before, after))
        told: list[Told] = [Hidden.WITHHELD] * 2
        if is_known:
            told = in_sum([came, left], floor, signs=[1, -1])
        parts, _all = with_total([left - erased, erased], floor)
        of_which = Hidden.WITHHELD if isinstance(told[1], Hidden) else parts[1]
        rows.append((_month(month), [
            told[0], told[1], of_which, alone(events.get((month, Measure.BOUNCED), 0), floor),
            Hidden.UNCOUNTED if counted is None else
            Hidden.WITHHELD if not is_known or is_small_step(before, after, floor)
            else after - before,
            alone(after, floor) if month in known else Hidden.WITHHELD,
        ]))
    return Table("groei", _("Wie erbij kwam en wie wegging"), [
        _("Erbij"), _("Weg"), _("Waarvan gewist"), _("Adres onbereikbaar"), _("Verschil"),
        _("Lezers aan het eind"),
    ], rows)


def cadences(months: Sequence[date], stands: Stands, *, floor: int) -> Table:
    """The readers at the end of each month by cadence."""
    words = {Cadence.WEEKLY.value: _("Elke week"), Cadence.MONTHLY.value: _("Elke maand"),
             Cadence.NONE.value: _("Alleen edities")}
    return _shares("ritme", _("Lezers per ritme"), Measure.CADENCE, words, months, stands, floor)


def languages(months: Sequence[date], stands: Stands, *, floor: int) -> Table:
    """The readers at the end of each month by language."""
    words = {Language.NL.value: _("Nederlands"), Language.EN.value: _("Engels")}
    return _shares("taal", _("Lezers per taal"), Measure.LANGUAGE, words, months, stands, floor)


def themes(
    months: Sequence[date], stands: Stands, every: Sequence[Theme], *, floor: int
) -> Table:
    """Who follows each theme at the end of each month; a reader may follow many."""
    ever = {subject for _day, measure, subject in stands if measure is Measure.THEME}
    shown = [theme for theme in every if theme.retired_at is None or str(theme.id) in ever]
    columns = []
    for theme in shown:
        counts = [stands.get((last_day(month), Measure.THEME, str(theme.id)), 0)
                  for month in months]
        known = steady(months, [[n] for n in counts], floor)
        columns.append([alone(n, floor) if month in known else Hidden.WITHHELD
                        for month, n in zip(months, counts, strict=True)])
    return Table("themas", _("Volgers per thema"),
                 [theme.name(current_language()) for theme in shown],
                 [(_month(month), [column[n] for column in columns])
                  for n, month in enumerate(months)])


def _shares(
    name: str, caption: str, measure: Measure, words: Mapping[str, str],
    months: Sequence[date], stands: Stands, floor: int,
) -> Table:
    """The parts of each month and their sum; none of them where one is a small step."""
    parts = [[stands.get((last_day(month), measure, subject), 0) for subject in words]
             for month in months]
    # What is small is told by nobody, but who knows the rest knows what several are together. Where
    # that is small too, a large part is withheld beside it, and nobody knows.
    sums = [[*_large(each, floor), sum(each),
             *_large([sum(n for n in each if n < floor)], floor)] for each in parts]
    known = steady(months, sums, floor) & steady(
        months, [[_readers(stands, month)] for month in months], floor)
    rows: list[tuple[str, list[Told]]] = []
    for month, each in zip(months, parts, strict=True):
        told, total = with_total(each, floor)
        rows.append((_month(month), [*told, total] if month in known
                     else [Hidden.WITHHELD] * (len(each) + 1)))
    return Table(name, caption, [*words.values(), _("Samen")], rows)


def _large(counts: Sequence[int], floor: int) -> list[int]:
    return [n if n >= floor else 0 for n in counts]


def _readers(stands: Stands, month: date) -> int:
    return stands.get((last_day(month), Measure.READERS, ""), 0)


def _month(month: date) -> str:
    return month_in_words(month, current_language())
