"""A file of readers is read as people save it, or refused with a reason."""

import pytest

from newsletter.errors import BadInput
from newsletter.subscribers.read_import import LARGEST, MOST_ROWS, Column, read_import

NAME = "Zoë “de Wit” €"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_separator_gives_the_same_rows(
    separator: str, encoding: str, end: str
) -> None:
    lines = [["E-mail", "Naam"], ["a@x.example", NAME], ["", ""], ["b@x.example", ""]]
    content = end.join(separator.join(line) for line in lines).encode(encoding)
    read = read_import(content)
    assert read.rows == [(2, {"address": "a@x.example", "name": NAME}),
                         (4, {"address": "b@x.example"})]


@pytest.mark.parametrize(("dutch", "english", "column"), [
    ("E-mailadres", "Email address", Column.ADDRESS), ("Naam", "NAME", Column.NAME),
    ("organisatie", "Organization", Column.ORGANISATION), ("Thema’s", "themes", Column.THEMES),
    ("ritme", "Frequency", Column.CADENCE), ("Edities", "editions", Column.EDITIONS),
    ("taal", "language", Column.LANGUAGE), ("Bron", "source", Column.SOURCE),
    ("Datum toestemming", "consent_date", Column.GIVEN_ON),
    ("Toestemmingstekst", "Consent wording", Column.WORDING),
])
def test_columns_are_known_in_both_languages(dutch: str, english: str, column: Column) -> None:
    for title in (dutch, english):
        lines = f"{title}\nx" if column is Column.ADDRESS else f"mail;{title}\nx;x"
        assert column in read_import(lines.encode()).columns


def test_cells_in_quotes_keep_their_separators_and_line_ends() -> None:
    read = read_import(b'mail,wording\na@x.example,"Ja, ""graag"".\nEcht."\n')
    assert read.rows == [(2, {"address": "a@x.example", "wording": 'Ja, "graag".\nEcht.'})]


def test_a_column_that_is_not_ours_is_named_and_left_out() -> None:
    read = read_import(b"mail;Schoenmaat;\na@x.example;43;\n")
    assert read.left_out == ("Schoenmaat",)
    assert read.rows == [(2, {"address": "a@x.example"})]


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "empty"),
    (b"x" * (LARGEST + 1), "too_large"),
    (b"PK\x03\x04\x00\x00", "no_text"),
    (b"mail\n\x81\x8d@x.example\n", "no_text"),
    ("mail\na@x.example".encode("utf-16-le"), "no_text"),
    (b"naam\nNoor\n", "no_address_column"),
    (b"mail;e-mail\na;b\n", "column_twice"),
    (b"mail\n", "no_rows"),
    (b"mail\n\n \n", "no_rows"),
    (b'mail\n"a@x.example\n', "broken"),
    (b"mail\n" + b"x" * 200_000, "broken"),
    (b";".join([b"mail"] * 61) + b"\na\n", "too_many_columns"),
    (b"mail\n" + b"a\n" * (MOST_ROWS + 1), "too_many_rows"),
])
def test_what_is_no_list_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_import(content)
    assert (refused.value.field, refused.value.reason) == ("file", reason)
