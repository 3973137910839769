"""The harness itself: its table, its page, its picture and its doors; nothing is measured."""

from xml.etree import ElementTree

import pytest

from tests.benchmarks import page, rows
from tests.benchmarks.picture import Spent, draw
from tests.benchmarks.rows import FIGURES, Row
from tests.benchmarks.watch import OTHER, PARTS, Watch, find

FAST = Row(rows.ONE_SINK.name, 0.9, 0.8, 1.0, "×", "more", "900/s against 1,000/s", "≤ 6 unclear")


def row_of(figure: rows.Figure, value: float | None, note: str = "") -> Row:
    return Row(figure.name, value, figure.must, figure.aim, figure.unit,
               "less" if figure.is_most else "more", note, of=figure.of)


def test_every_figure_has_its_line_measured_or_not() -> None:
    told = rows.lines({})
    assert [line[0] for line in told] == [figure.name for figure in FIGURES]
    assert {line[4] for line in told} == {"not run: make bench", "not run: make bench-large"}


def test_a_line_says_the_bounds_the_verdict_and_the_promise() -> None:
    (line,) = [line for line in rows.lines({FAST.figure: FAST}) if line[0] == FAST.figure]
    assert line[1:] == ("≥ 0.8 ×", "≥ 1 ×", "0.9 ×", "reached; 900/s against 1,000/s",
                        "≤ 6 unclear")


@pytest.mark.parametrize(("figure", "value", "said"), [
    (rows.ONE_SINK, 1.0, "aim reached"), (rows.ONE_SINK, 0.8, "reached"),
    (rows.ONE_SINK, 0.79, "NOT REACHED"), (rows.CPU, 40, "aim reached"),
    (rows.CPU, 100, "reached"), (rows.CPU, 101, "NOT REACHED"), (rows.CPU, None, ""),
])
def test_a_value_is_held_against_must_and_aim(
    figure: rows.Figure, value: float | None, said: str
) -> None:
    assert rows.verdict(row_of(figure, value)) == said


def test_what_was_tried_with_less_stands_under_its_figure_and_is_not_taken_for_it() -> None:
    less = row_of(rows.PLANNING.with_less("60,000"), 2.0)
    told = [line[:5] for line in rows.lines({less.figure: less})]
    place = [line[0] for line in told].index(rows.PLANNING.name)
    assert told[place][3:] == ("", "not run: make bench-large")
    assert told[place + 1] == ("  tried with 60,000", "≤ 15 s", "≤ 5 s", "2 s", "aim reached")
    assert row_of(rows.PLANNING.with_less("70,000"), 3.0).replaces(less)
    assert not row_of(rows.PLANNING, 3.0).replaces(less)


def test_a_missing_tool_is_named_in_the_line() -> None:
    told = rows.lines({rows.NODEMAILER.name: row_of(rows.NODEMAILER, None,
                                                    "not run: install nodejs")})
    assert [line[3:5] for line in told if line[0] == rows.NODEMAILER.name] == [
        ("", "not run: install nodejs")]


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    before = "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n"
    assert page.replaced(before, "x", r"new \1") == before.replace("old", r"new \1")
    with pytest.raises(LookupError):
        page.replaced(before, "y", "new")
    kept = page.PAGE.read_text(encoding="utf-8")
    for name in ("figures", "parts"):
        assert page.replaced(kept, name, "words") != kept


def test_the_picture_has_every_part_and_its_words() -> None:
    each = dict.fromkeys((*PARTS, OTHER), 10.0)
    drawn = draw([Spent("smtp-source", {}, 0.0, 200.0, 3000.0, source=90.0),
                  Spent("unsigned", each, 100.0, 300.0, 1800.0)])
    words = "".join(ElementTree.fromstring(drawn).itertext())
    for word in (*PARTS, OTHER, "PostgreSQL", "smtp-sink 300", "smtp-source 90"):
        assert word in words
    table = page.parts([Spent("unsigned", each, 100.0, 300.0, 1800.0)])
    assert "| **in all** | 490 |" in table


@pytest.mark.parametrize("door", [door for doors in PARTS.values() for door in doors])
def test_every_door_that_is_watched_is_there(door: str) -> None:
    find(door)


def test_a_door_that_is_gone_is_named() -> None:
    with pytest.raises(LookupError, match=r"Clerk\.gone"):
        find("newsletter.sending.clerk:Clerk.gone")


def test_a_part_does_not_count_the_parts_within_it() -> None:
    watch = Watch()

    def work() -> None:
        sum(range(200_000))

    inner = watch._watched("sign", work)
    outer = watch._watched("join", inner)
    for _ in range(5):
        outer()
    seconds = watch.seconds(1.0)
    assert seconds["sign"] > 10 * abs(seconds["join"])
    assert sum(seconds.values()) == pytest.approx(1.0, abs=0.001)
