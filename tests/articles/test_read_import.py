"""Files of articles: what can be read of them, and what is told of the others."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.read_import import COLUMNS, LARGEST_FILE, MOST_ROWS, read_import
from newsletter.articles.suggest_themes import suggest_themes
from newsletter.catalogue.models import Theme
from newsletter.errors import BadInput

CSV = ('Titel;Samenvatting;Auteurs;Thema’s\r\n'
       '"Eén ""stuk"";";Kort.;Noor\r\n\r\nTwee;Ook kort.;;data\r\n')


@pytest.mark.parametrize("file", [
    CSV.encode(), b"\xef\xbb\xbf" + CSV.encode(), CSV.encode("utf-16"),
    json.dumps([{"titel": 'Eén "stuk";', "samenvatting": "Kort.", "auteurs": ["Noor"]},
                {"title": "Twee", "summary": "Ook kort.", "themes": ["data"], "page": None,
                 "iets": "anders"}]).encode(),
    json.dumps({"artikelen": [{"titel": 'Eén "stuk";', "samenvatting": "Kort.", "auteur": "Noor"},
                              {"titel": "Twee", "samenvatting": "Ook kort.",
                               "themas": "data"}]}).encode(),
])
def test_a_file_is_read_whatever_its_form(file: bytes) -> None:
    one, two = read_import(file)
    assert (one["title"], one["summary"], one["authors"]) == ('Eén "stuk";', "Kort.", "Noor")
    assert (two["title"], two["themes"], two["page"]) == ("Twee", "data", "")
    assert set(one) == set(COLUMNS)


@pytest.mark.parametrize(("file", "reason"), [
    (b"", "empty"),
    (b" \n", "empty"),
    (b"titel;samenvatting\n", "empty"),
    (b"[]", "empty"),
    (b"x" * (LARGEST_FILE + 1), "too_large"),
    ("titel;samenvatting\nEén;x".encode("cp1252"), "no_utf8"),
    (b"titel;samenvatting\na\0b;x", "no_utf8"),
    (b"titel;naam\na;b", "no_column:samenvatting"),
    (b"<html></html>", "no_column:titel"),
    (b'titel;samenvatting\n"a;b', "no_table"),
    (b"titel;samenvatting\na;b;c", "no_table"),
    (b'[{"titel": "a"', "no_table"),
    (b'["a"]', "no_table"),
    (b'{"a": 1}', "no_table"),
    (b'[{"titel": {"a": 1}, "samenvatting": "x"}]', "no_table"),
    (b"[" * 100_000, "no_table"),
    (b"titel;samenvatting\n" + b"a;b\n" * (MOST_ROWS + 1), "too_many_rows"),
    (b"titel;samenvatting\n" + b"x" * 200_000 + b";b", "no_table"),
])
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(file: bytes, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_import(file)
    assert (refused.value.field, refused.value.reason) == ("file", reason)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_file_is_read_or_refused(file: bytes) -> None:
    try:
        rows = read_import(file)
    except BadInput:
        return
    assert all(set(row) == set(COLUMNS) for row in rows)


def test_themes_are_suggested_with_the_words_that_say_so() -> None:
    law = Theme(slug="omgevingswet", name_nl="Omgevingswet", sentence_nl="De wet over bouwen.")
    service = Theme(slug="dienst", name_nl="Dienstverlening",
                    sentence_nl="Hoe de overheid inwoners helpt aan balie en loket.")
    found = suggest_themes("De Omgevingswetten raken inwoners.", [service, law])
    assert [(one.theme, one.words) for one in found] == [(law, ("Omgevingswetten",))]
    found = suggest_themes("Inwoners zoeken de balie en het loket: wie helpt?", [service, law])
    assert found[0].words == ("balie", "helpt", "Inwoners", "loket")
    assert suggest_themes("Niets daarvan.", [service, law]) == []
