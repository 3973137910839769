"""What the desk's figures tell of a month may not be told by another month or another table."""

from datetime import date

from newsletter.floor import Hidden
from newsletter.subscribers.figure_models import Measure
from newsletter.web.desk import growth_tables
from newsletter.web.desk.growth_tables import Stands, Table, last_day

MONTHS = [date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)]
FLOOR = 10


def stands(*months: tuple[int, int, int]) -> Stands:
    """Readers at the end of each month, and how many of them read English and monthly."""
    found = {}
    for month, (readers, english, monthly) in zip(MONTHS, months, strict=True):
        day = last_day(month)
        found |= {(day, Measure.READERS, ""): readers,
                  (day, Measure.LANGUAGE, "en"): english,
                  (day, Measure.LANGUAGE, "nl"): readers - english,
                  (day, Measure.CADENCE, "monthly"): monthly,
                  (day, Measure.CADENCE, "weekly"): readers - monthly}
    return found


def tables(counted: Stands, came: int) -> list[Table]:
    return [growth_tables.growth(MONTHS, {(MONTHS[1], Measure.GIVEN): came}, counted, floor=FLOOR),
            growth_tables.cadences(MONTHS, counted, floor=FLOOR),
            growth_tables.languages(MONTHS, counted, floor=FLOOR)]


def test_one_who_came_is_told_by_no_table_beside_the_one_that_withholds_her() -> None:
    growth, cadences, languages = tables(stands((100, 20, 30), (101, 21, 31), (130, 31, 41)), 1)
    june = growth.rows[1][1]
    assert all(isinstance(june[n], Hidden) for n in (0, 4, 5))
    for table in (cadences, languages):
        assert set(table.rows[1][1]) == {Hidden.WITHHELD}
        assert Hidden.WITHHELD not in (table.rows[0][1][0], table.rows[2][1][0])
    assert growth.rows[2][1][5] == 130


def test_one_who_changed_language_is_told_by_no_month() -> None:
    growth, cadences, languages = tables(stands((100, 20, 30), (100, 21, 30), (100, 30, 30)), 0)
    assert [set(table.rows[1][1]) for table in (cadences, languages)] == [
        {70, 30, 0, 100}, {Hidden.WITHHELD}]
    assert languages.rows[2][1] == [70, 30, 100]
    assert growth.rows[1][1][4:] == [0, 100]
