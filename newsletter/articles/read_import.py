"""Articles from a file of CSV or JSON, as rows of plain words; what is wrong with it is told."""

import csv
import json
from collections.abc import Iterable, Mapping
from io import StringIO

from newsletter.errors import BadInput

LARGEST_FILE = 2 * 1024 * 1024  # bytes
MOST_ROWS = 200
# What a column may be called, in any capitals.
COLUMNS = {
    "title": ("titel", "title"),
    "summary": ("samenvatting", "summary"),
    "kind": ("soort", "kind"),
    "authors": ("auteurs", "auteur", "authors", "author"),
    "subject": ("gesprek met", "subject"),
    "themes": ("themas", "thema’s", "thema's", "themes"),
    "body": ("tekst", "body"),
    "language": ("taal", "language"),
    "page": ("pagina", "page"),
    "address": ("adres", "address", "url"),
}
NEEDED = ("title", "summary")
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}

Row = dict[str, str]


def read_import(file: bytes) -> list[Row]:
    """The rows of the file, each with every column of `COLUMNS`; several names on lines of a value.

    Raises BadInput at `file`: `empty`, `too_large`, `no_utf8`, `no_table`, `no_column:<name>`,
    `too_many_rows`.
    """
    if not file.strip():
        raise BadInput("file", "empty")
    if len(file) > LARGEST_FILE:
        raise BadInput("file", "too_large")
    text = _decoded(file)
    rows = _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_csv(text)
    if not rows:
        raise BadInput("file", "empty")
    if len(rows) > MOST_ROWS:
        raise BadInput("file", "too_many_rows")
    return rows


def _decoded(file: bytes) -> str:
    encoding = next((name for bom, name in _BOMS.items() if file.startswith(bom)), "utf-8")
    try:
        text = file.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput("file", "no_utf8") from error
    if "\0" in text:
        raise BadInput("file", "no_utf8")
    return text


def _from_csv(text: str) -> list[Row]:
    head = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    try:
        read = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadInput("file", "no_table") from error
    lines = [line for line in read if any(cell.strip() for cell in line)]
    if not lines:
        raise BadInput("file", "empty")
    names = [_BY_NAME.get(cell.strip().lower(), "") for cell in lines[0]]
    _need(names)
    if any(len(line) > len(names) for line in lines[1:]):
        raise BadInput("file", "no_table")
    return [_row(zip(names, line, strict=False)) for line in lines[1:]]


def _from_json(text: str) -> list[Row]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("file", "no_table") from error
    if isinstance(found, dict):
        found = found.get("articles", found.get("artikelen"))
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadInput("file", "no_table")
    rows = []
    for each in found:
        named = {_BY_NAME.get(str(name).strip().lower(), ""): value for name, value in each.items()}
        rows.append(_row((name, _words(value)) for name, value in named.items()))
    _need([name for row in rows for name, value in row.items() if value] if rows else NEEDED)
    return rows


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(_words, value))
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise BadInput("file", "no_table")


def _need(names: Iterable[str]) -> None:
    present = set(names)
    for column in NEEDED:
        if column not in present:
            raise BadInput("file", f"no_column:{COLUMNS[column][0]}")


def _row(cells: Iterable[tuple[str, str]]) -> Row:
    found: Mapping[str, str] = {name: value.strip() for name, value in cells if name}
    return {column: found.get(column, "") for column in COLUMNS}
