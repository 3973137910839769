"""Read a CSV file of readers: its encoding, its separator, its columns and its rows."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import BadInput

LARGEST = 10 * 1024 * 1024  # bytes
MOST_ROWS = 100_000
MOST_COLUMNS = 60
LONGEST_CELL = 2_000  # characters; what is longer is cut one further, and so refused
_SEPARATORS = (";", ",", "\t")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))


class Column(StrEnum):
    """What a column says of a reader or of her consent."""

    ADDRESS = "address"
    NAME = "name"
    ORGANISATION = "organisation"
    SECTOR = "sector"
    EDITIONS = "editions"
    CADENCE = "cadence"
    THEMES = "themes"
    LANGUAGE = "language"
    FORMAT = "format"
    SOURCE = "source"
    GIVEN_ON = "given_on"
    WORDING = "wording"


# Headers as people write them, without capitals, spaces and marks.
_HEADERS = {
    Column.ADDRESS: "email emailadres emailaddress mail mailadres mailaddress address epost",
    Column.NAME: "naam name volledigenaam fullname",
    Column.ORGANISATION: "organisatie organisation organization bedrijf company werkgever employer",
    Column.SECTOR: "sector soortorganisatie",
    Column.EDITIONS: "edities editions editie edition magazine",
    Column.CADENCE: "ritme cadence frequentie frequency themamail digest",
    Column.THEMES: "themas thema themes theme topics topic",
    Column.LANGUAGE: "taal language lang",
    Column.FORMAT: "vorm format",
    Column.SOURCE: "bron source herkomst origin",
    Column.GIVEN_ON: "datum date toestemmingsdatum datumtoestemming gegevenop consentdate givenon"
                     " optindate",
    Column.WORDING: "tekst wording toestemmingstekst consenttext consentwording",
}
_COLUMNS = {header: column for column, names in _HEADERS.items() for header in names.split()}


@dataclass(frozen=True)
class Read:
    """A file that can be read: which columns it has, which are not ours, and its rows."""

    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]


def read_import(content: bytes) -> Read:
    """The rows by number as a spreadsheet counts them, the header being row 1; empty ones go.

    UTF-8 with or without mark, UTF-16 with mark, else Windows-1252; `;`, `,` or tab. Raises
    BadInput at `file`: empty, too large, no text, no address column, a column twice, broken quotes,
    too many rows or columns, or no row at all.
    """
    if not content:
        raise BadInput("file", "empty")
    if len(content) > LARGEST:
        raise BadInput("file", "too_large")
    lines = csv.reader(io.StringIO(_text(content), newline=""), strict=True,
                       delimiter=_separator(content))
    try:
        header = next(lines, [])
        places, left_out = _places(header)
        rows = list(_rows(lines, places))
    except csv.Error as error:
        raise BadInput("file", "broken") from error
    if not rows:
        raise BadInput("file", "no_rows")
    return Read(tuple(places), tuple(left_out), rows)


def _text(content: bytes) -> str:
    encodings = next(([name] for mark, name in _MARKS if content.startswith(mark)),
                     ["utf-8", "cp1252"])
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput("file", "no_text")


def _separator(content: bytes) -> str:
    """The one that the first line has most of; of equals the first."""
    line = next(iter(_text(content).splitlines()), "")
    return max(_SEPARATORS, key=line.count)


def _places(header: list[str]) -> tuple[dict[Column, int], list[str]]:
    if len(header) > MOST_COLUMNS:
        raise BadInput("file", "too_many_columns")
    places: dict[Column, int] = {}
    left_out = []
    for place, title in enumerate(header):
        column = _COLUMNS.get(re.sub(r"[\W_]+", "", title.lower()))
        if column is None:
            if title.strip():
                left_out.append(title.strip()[:60])
        elif column in places:
            raise BadInput("file", "column_twice")
        else:
            places[column] = place
    if Column.ADDRESS not in places:
        raise BadInput("file", "no_address_column")
    return places, left_out


def _rows(
    lines: Iterator[list[str]], places: dict[Column, int]
) -> Iterator[tuple[int, dict[str, str]]]:
    count = 0
    for number, line in enumerate(lines, start=2):
        if not any(cell.strip() for cell in line):
            continue
        count += 1
        if count > MOST_ROWS:
            raise BadInput("file", "too_many_rows")
        yield number, {
            column.value: line[place].strip()[: LONGEST_CELL + 1]
            for column, place in places.items()
            if place < len(line) and line[place].strip()
        }
