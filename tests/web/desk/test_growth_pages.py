"""The desk's figures: months that are over, with a floor that neither page nor file gives away."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import event
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.extensions import db
from newsletter.floor import Hidden
from newsletter.subscribers.figure_models import Figure, Measure
from newsletter.web.desk import charts
from tests.material import theme_ids
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

PATH = "/redactie/cijfers"
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
LAST = date(2026, 11, 8)  # counted until here, so November still runs
# What came and left in each month, and who was erased of those who left.
FLOWS = {AUGUST: (900, 0, 0), SEPTEMBER: (60, 3, 0), OCTOBER: (40, 30, 2)}


def keep(measure: Measure, day: date, count: int, subject: str = "") -> None:
    db.session.add(Figure(measure=measure, subject=subject, day=day, count=count))


@pytest.fixture
def counted(session: Session, now: None) -> Iterator[int]:
    """Three months and a week of figures; the id of a theme that few follow."""
    (few,), (many,) = theme_ids("data"), theme_ids("leiderschap")
    readers, day = 0, AUGUST
    while day <= LAST:
        month = day.replace(day=1)
        if day == month and month in FLOWS:
            came, left, erased = FLOWS[month]
            readers += came - left
            keep(Measure.GIVEN, day, came)
            keep(Measure.LEFT, day, left - erased)
            keep(Measure.ERASED, day, erased)
            keep(Measure.BOUNCED, day, 4)
        keep(Measure.READERS, day, readers)
        for cadence, part in (("weekly", readers - 20), ("monthly", 17), ("none", 3)):
            keep(Measure.CADENCE, day, part, cadence)
        keep(Measure.LANGUAGE, day, readers, "nl")
        keep(Measure.THEME, day, 4, str(few))
        keep(Measure.THEME, day, readers // 2, str(many))
        day += timedelta(days=1)
    session.flush()
    return few


def file(worker: Worker, name: str, query: str = "") -> list[list[str]]:
    answer = worker.get(f"{PATH}/{name}.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="cijfers-{name}.csv"'
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def rows_of(worker: Worker, section: str, query: str = "") -> list[list[str]]:
    shown = LexborHTMLParser(worker.get(PATH + query).get_data(as_text=True))
    table = shown.css_first(f"section[aria-labelledby={section}] table")
    return [[cell.text().strip() for cell in row.css("th, td")] for row in table.css("tr")]


def test_a_small_count_is_withheld_with_what_would_give_it_away(
    editor: Worker, counted: int
) -> None:
    _heads, october, september, august = rows_of(editor, "growth")
    # Readers are known before and after, so what came would give away the three who left.
    assert september == ["september 2026", "niet getoond", "1 tot 4", "niet getoond",
                         "1 tot 4", "57", "957"]
    # Of thirty two were erased; what the others were is told nowhere.
    assert october[1:4] == ["40", "30", "1 tot 4"]
    assert august == ["augustus 2026", "900", "0", "0", "1 tot 4", "–", "900"]


def test_a_total_gives_away_no_small_part(editor: Worker, counted: int) -> None:
    for cells in rows_of(editor, "ritme")[1:]:
        assert cells[2:4] == ["niet getoond", "1 tot 4"]
        assert cells[1] != "niet getoond"
    assert rows_of(editor, "taal")[1][1:] == ["967", "0", "967"]


def test_the_file_says_what_the_page_says(editor: Worker, counted: int) -> None:
    for name, section in (("groei", "growth"), ("ritme", "ritme"), ("taal", "taal")):
        assert sorted(file(editor, name)) == sorted(rows_of(editor, section))
    heads, *months = file(editor, "themas")
    assert {row[heads.index("Data")] for row in months} == {"1 tot 4"}
    assert {row[heads.index("Leiderschap")] for row in months} == {"450", "478", "483"}


def test_no_small_count_stands_anywhere_in_page_or_drawing(editor: Worker, counted: int) -> None:
    shown = LexborHTMLParser(editor.get(PATH).get_data(as_text=True))
    told = [cell.text().strip() for cell in shown.css("section td")]
    told += [word.strip(".,:") for title in shown.css("svg title")
             for word in title.text().replace("1 tot 4", "").split()]
    assert not {"1", "2", "3", "4"} & set(told)
    assert len(shown.css("svg[role=img] > title")) == len(shown.css("svg[role=img]"))
    assert shown.css("[style]") == []
    # What is not told has one height, whatever it is.
    assert {rect.attributes["height"] for rect in shown.css("figure rect.chart-hidden")} == {
        "6.00%"}


def test_a_month_that_runs_is_not_shown(editor: Worker, counted: int) -> None:
    assert [row[0] for row in file(editor, "groei")[1:]] == [
        "augustus 2026", "september 2026", "oktober 2026"]
    assert len(file(editor, "groei", "?tot=11-2026")) == 4


def test_a_period_is_chosen_by_its_months(editor: Worker, counted: int) -> None:
    assert len(file(editor, "groei", "?van=september+2026&tot=10-2026")) == 3
    assert len(rows_of(editor, "growth", "?van=10-2026")) == 2
    # A period that begins later knows how many there were before it all the same.
    assert rows_of(editor, "growth", "?van=9-2026&tot=9-2026")[1][5] == "57"


@pytest.mark.parametrize(("query", "field", "says"), [
    ("?van=x", "van", "Vul een maand"), ("?tot=13-2026", "tot", "Vul een maand"),
    ("?van=10-2026&tot=9-2026", "tot", "niet voor de eerste"),
    ("?van=1-1-2026", "van", "Vul een maand"), ("?van=12-2026", "tot", "niet voor de eerste"),
])
def test_a_period_that_cannot_be_is_told_at_its_field(
    editor: Worker, counted: int, query: str, field: str, says: str
) -> None:
    answer = editor.get(PATH + query)
    assert answer.status_code == 400
    assert says in faults(answer)[field]
    assert editor.get(f"{PATH}/groei.csv{query}").status_code == 404


def test_no_more_than_sixty_months_are_shown_at_once(editor: Worker, counted: int) -> None:
    day = date(2020, 1, 31)
    while day < AUGUST:
        keep(Measure.READERS, day, 9)
        day = clock.add_months(day.replace(day=28), 1)
    db.session.flush()
    answer = editor.get(f"{PATH}?van=1-2020")
    assert faults(answer)["van"] == "Fout: Kies hoogstens 60 maanden."
    assert len(file(editor, "groei", "?van=11-2021")) == 61


def test_without_a_month_the_page_says_when_there_will_be_one(
    editor: Worker, session: Session
) -> None:
    answer = editor.get(PATH)
    assert answer.status_code == 200
    assert page(answer).css_matches("p.empty")
    assert editor.get(f"{PATH}/groei.csv").status_code == 404
    assert editor.get(f"{PATH}/nee.csv").status_code == 404


def test_the_page_reads_as_often_for_three_months_as_for_one(
    editor: Worker, counted: int
) -> None:
    asked: list[str] = []

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    editor.get(PATH)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        counts = []
        for query in ("?van=10-2026&tot=10-2026", "?van=8-2026&tot=10-2026"):
            asked.clear()
            editor.get(PATH + query)
            counts.append(len([each for each in asked if "figures" in each]))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert counts == [3, 3]


def test_a_drawing_keeps_within_its_frame() -> None:
    drawn = charts.balance([40, Hidden.WITHHELD, 0], [0, 3, 90], [40, Hidden.WITHHELD, -90])
    for each in (*drawn.columns, *charts.columns([0, 0]), *charts.columns([Hidden.SMALL, 9])):
        assert 0 <= each.x <= each.x + each.width <= 100
        assert each.y >= 0
        assert each.y + each.height <= 100.001
    assert [0 < point.y < 100 for point in drawn.net] == [True, True]
    assert charts.columns([]) == []
