"""What the desk's figures tell of a month may not be told by another month or another table."""

from datetime import date

from newsletter.floor import Hidden, Told
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


def test_the_few_who_try_a_new_list_out_keep_no_later_month_untold() -> None:
    growth, cadences, languages = tables(stands((3, 1, 1), (800, 40, 200), (1_400, 60, 300)), 797)
    for table in (cadences, languages):
        assert set(table.rows[0][1]) <= {0, Hidden.SMALL}
        assert [cells[-1] for _words, cells in table.rows[1:]] == [800, 1_400]
    assert [cells[5] for _words, cells in growth.rows] == [Hidden.SMALL, 800, 1_400]


def test_a_language_that_a_few_once_read_is_told_when_many_do() -> None:
    counted = stands((800, 3, 200), (1_000, 0, 300), (1_400, 60, 400))
    languages = growth_tables.languages(MONTHS, counted, floor=FLOOR)
    assert [cells for _words, cells in languages.rows] == [
        [Hidden.WITHHELD, Hidden.SMALL, 800], [1_000, 0, 1_000], [1_340, 60, 1_400]]


def test_what_several_small_parts_are_together_is_told_by_no_small_step() -> None:
    def told(month: tuple[int, int, int]) -> list[Told]:
        counted = {(last_day(MONTHS[n]), Measure.CADENCE, cadence): count
                   for n, each in enumerate([(800, 9, 8), month, month])
                   for cadence, count in zip(("weekly", "monthly", "none"), each, strict=True)}
        counted |= {(last_day(MONTHS[n]), Measure.READERS, ""): sum(each)
                    for n, each in enumerate([(800, 9, 8), month, month])}
        return growth_tables.cadences(MONTHS, counted, floor=FLOOR).rows[1][1]

    assert set(told((900, 9, 7))) == {Hidden.WITHHELD}
    assert told((900, 40, 30))[-1] == 970
