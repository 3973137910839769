"""What commands print."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from newsletter.cells import cell
from newsletter.cli.output import print_table, write_csv, write_json


@pytest.mark.parametrize(
    "text", ["=1+1", "+31", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "=cmd|'/c'!A1"]
)
def test_a_cell_cannot_start_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["lezer@gemeente.example", "a=b", "250", "", "'=1"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_cells_of_other_kinds_are_plain() -> None:
    amsterdam = timezone(timedelta(hours=1))
    assert cell(datetime(2026, 11, 24, 8, 0, tzinfo=amsterdam)) == "2026-11-24T07:00:00.000+00:00"
    assert [cell(value) for value in (None, True, -3, ["a", "b"])] == ["", "true", "-3", "a, b"]


def test_an_address_that_looks_like_a_formula_is_disarmed_also_inside_a_list() -> None:
    assert cell(["=a@x.example", "b@x.example"]) == "'=a@x.example, b@x.example"


def test_csv_survives_commas_quotes_and_line_breaks() -> None:
    out = io.StringIO()
    row = {"a": 'komma, "quote"', "b": "twee\nregels"}
    write_csv(["a", "b"], [row], out)
    assert list(csv.DictReader(io.StringIO(out.getvalue(), newline=""))) == [row]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_array_however_many_rows(count: int) -> None:
    out = io.StringIO()
    rows = [{"n": n, "at": datetime(2026, 1, 1, tzinfo=UTC)} for n in range(count)]
    write_json(iter(rows), out)
    assert [row["n"] for row in json.loads(out.getvalue())] == list(range(count))


def test_a_table_never_cuts_off_and_lets_no_escape_through(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(("name", "size"), [{"name": "x" * 200 + "\x1b[31m", "size": 7}])
    shown = capsys.readouterr().out
    assert "x" * 200 in shown
    assert "\x1b" not in shown


def test_details_are_words_in_a_table_and_not_a_dictionary(
    capsys: pytest.CaptureFixture[str],
) -> None:
    details = {"first_delivery": 7, "code": "5.7.1", "said": "no\x1b[31m", "ids": [1, 2],
               "same_ids": True, "none": None}
    print_table(("details",), [{"details": details}, {"details": {}}])
    shown = capsys.readouterr().out.splitlines()
    assert shown[2:] == [
        "first delivery: 7; code: 5.7.1; said: no [31m; ids: 1, 2; same ids: yes; none:", ""]
