"""What commands print: a table for people, CSV for spreadsheets, JSON for programs."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

import click

from newsletter.cells import cell, plain

Row = Mapping[str, Any]

as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
as_csv = click.option("--csv", "csv_wanted", is_flag=True, help="Print CSV.")


def print_json(value: object) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def print_rows(
    columns: Sequence[str], rows: Iterable[Row], *, json_wanted: bool, csv_wanted: bool
) -> None:
    """A list as JSON, CSV, or a table for people."""
    if json_wanted:
        write_json(rows, sys.stdout)
    elif csv_wanted:
        write_csv(columns, rows, sys.stdout)
    else:
        print_table(columns, list(rows))


def print_table(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Aligned columns that are never cut off, numbers to the right."""
    heads = [name.replace("_", " ") for name in columns]
    lines = [[_shown(row[name]) for name in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    numbers = [bool(rows) and all(isinstance(row[name], (int, type(None))) for row in rows)
               for name in columns]
    click.echo(_line(heads, widths, numbers))
    click.echo("  ".join("-" * width for width in widths))
    for line in lines:
        click.echo(_line(line, widths, numbers))


def write_csv(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """RFC 4180, one row at a time, so that a long ledger needs no memory."""
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[name]) for name in columns])


def write_json(rows: Iterable[Row], out: TextIO) -> None:
    """A JSON array, one object to a line, written as the rows come."""
    between = "[\n"
    for row in rows:
        out.write(between + json.dumps(dict(row), ensure_ascii=False, default=plain))
        between = ",\n"
    out.write("[]\n" if between == "[\n" else "\n]\n")


def writer_of(columns: Sequence[str], *, json_wanted: bool) -> Callable[[Iterable[Row]], None]:
    """How an export writes its rows to standard output: CSV unless JSON is wanted."""
    if json_wanted:
        return lambda rows: write_json(rows, sys.stdout)
    return lambda rows: write_csv(columns, rows, sys.stdout)


def _line(cells: Sequence[str], widths: Sequence[int], numbers: Sequence[bool]) -> str:
    return "  ".join(
        text.rjust(width) if number else text.ljust(width)
        for text, width, number in zip(cells, widths, numbers, strict=True)
    ).rstrip()


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(
            f"{name.replace('_', ' ')}: {_shown(each)}" for name, each in value.items())
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = "" if value is None else str(value)
    # A title is somebody's text: it must not reach the terminal as an escape sequence.
    return "".join(c if c.isprintable() else " " for c in text)
