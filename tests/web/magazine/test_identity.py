"""The magazine's own colours: data that changes the pages, and nothing else that gets through."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from newsletter.catalogue.queries import magazine
from newsletter.emails.identity import DARK, LIGHT
from newsletter.extensions import db
from newsletter.web.headers import STATIC
from newsletter.web.magazine.colours import TOKENS, sheet_address, tokens_of, write_sheet
from tests.web import visitor

SHEET = re.compile(
    r"@media screen and \(prefers-color-scheme: (?:light|dark)\) \{ :root \{ "
    r"(?:--[a-z-]+: #[0-9a-f]{6}; )+\} \}"
)
HOSTILE = (
    "red", "#fff", "#12345g", "#123456;", "#123456 } body { display: none", "url(//x.example)",
    "#123456\n", "</style><script>", "expression(1)", 123456, None, ["#123456"], {"a": "#123456"},
)


def _sheets(client: FlaskClient, address: str = "/") -> list[str]:
    shown = visitor.page(client.get(address))
    return [str(link.attributes["href"]) for link in shown.css("link[rel=stylesheet]")]


def test_every_token_is_one_that_the_stylesheet_uses() -> None:
    style = (STATIC / "style.css").read_text(encoding="utf-8")
    for token in TOKENS.values():
        assert f"\n  {token}: #" in style, token
        assert f"var({token})" in style, token


def test_another_row_changes_the_colours_of_every_page(
    client: FlaskClient, session: Session
) -> None:
    before = _sheets(client)
    assert before[0].startswith("/static/style.css")
    row = magazine()
    row.colours = {**row.colours, "green": "#5A1E6B", "deep": "#2A0E33"}
    row.colours_dark = {"green": "#D9A8E8"}
    session.flush()
    after = _sheets(client)
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert _sheets(client, "/nee") == after
    answer = client.get(after[1])
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    light, dark = answer.get_data(as_text=True).splitlines()
    assert "--green: #5a1e6b;" in light
    assert "--band: #" in light  # between the new deep ground and the leaf on it
    assert dark == "@media screen and (prefers-color-scheme: dark) { :root { --green: #d9a8e8; } }"


def test_the_house_keeps_the_colours_that_lie_between_its_own() -> None:
    assert "--band" not in tokens_of({"deep": LIGHT.deep, "leaf": LIGHT.leaf}, usual=LIGHT)
    assert tokens_of({"deep": "#000000", "leaf": "#ffffff"}, usual=LIGHT)["--band"] == "#292929"
    assert "--band" not in tokens_of({"deep": "#000000"}, usual=DARK)


def test_colours_under_another_hash_are_not_kept(client: FlaskClient) -> None:
    for address in ("/identiteit.css", "/identiteit.css?v=000000000000"):
        assert client.get(address).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_a_hostile_value_never_reaches_the_stylesheet(value: object) -> None:
    assert tokens_of({"green": value, "paper": "#112233"}, usual=LIGHT) == {"--paper": "#112233"}
    assert write_sheet({"green": value}, {"green": value}) == ""
    assert sheet_address({"green": value}, value) is None


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_a_hostile_row_leaves_the_pages_whole(
    client: FlaskClient, session: Session, value: object
) -> None:
    row = magazine()
    row.colours = {**row.colours, "ink": value, "x} body{": "#123456", "unknown": "#123456"}
    session.flush()
    written = client.get("/identiteit.css").get_data(as_text=True)
    assert all(SHEET.fullmatch(line) for line in written.splitlines())
    assert "--ink:" not in written.splitlines()[0]
    assert "unknown" not in written


def test_without_a_database_the_pages_keep_the_colours_seen_last(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _sheets(client, "/privacy")
    _take_database_away(monkeypatch)
    assert _sheets(client) == seen
    answer = client.get(seen[1])
    assert answer.status_code == 200
    assert "--paper: #f2f4ef;" in answer.get_data(as_text=True)


def test_a_page_that_never_saw_the_magazine_leaves_the_identity_out(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "masthead", type(app.extensions["masthead"])())
    _take_database_away(monkeypatch)
    answer = client.get("/")
    assert answer.status_code == 503
    assert len(_sheets(client)) == 1
    said = visitor.page(answer).body.text()
    assert "ISSN" not in said
    assert visitor.page(answer).css("a[href='mailto:']") == []
    empty = client.get("/identiteit.css")
    assert (empty.status_code, empty.get_data()) == (200, b"")


def _take_database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    for name in ("get", "scalar", "scalars", "execute"):
        monkeypatch.setattr(db.session, name, gone)
