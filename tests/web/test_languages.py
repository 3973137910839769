"""Two languages, complete, without a cookie."""

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from newsletter.web.pages import STATIC
from tests.web import visitor

ROOT = STATIC.parent.parent
ENGLISH = ROOT / "newsletter" / "translations" / "en" / "LC_MESSAGES"
METHODS = [("newsletter/**.py", "python"), ("templates/pages/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}


def _catalog() -> Catalog:
    with (ENGLISH / "messages.po").open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every Dutch word that code or a template offers for translation."""
    found = set()
    for room in ("newsletter", "templates"):
        for _, _, message, _, _ in extract_from_dir(
            str(ROOT / room),
            method_map=[(pattern.partition("/")[2], how) for pattern, how in METHODS
                        if pattern.startswith(room)],
            options_map={"pages/**.html": {"trimmed": "true"}},
            keywords=KEYWORDS,
            directory_filter=lambda path: not Path(path).name.startswith((".", "__")),
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_dutch_word_has_an_english_one(words: set[str]) -> None:
    catalog = _catalog()
    lacking = sorted(word for word in words if word not in catalog or not catalog[word].string)
    assert lacking == []
    assert len(words) > 200


def test_the_compiled_words_are_those_of_the_catalogue() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _catalog())
    assert (ENGLISH / "messages.mo").read_bytes() == compiled.getvalue()


def test_a_browser_setting_does_not_choose_the_language(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Accept-Language": "en"})
    assert visitor.page(answer).css_first("html").attributes["lang"] == "nl"


def test_an_unknown_language_is_dutch(client: FlaskClient) -> None:
    answer = client.get("/?taal=xx")
    assert visitor.page(answer).css_first("html").attributes["lang"] == "nl"
