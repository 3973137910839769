"""Every error has a page, and no page tells a secret."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from newsletter import errors
from newsletter.extensions import db
from newsletter.web.errors import PAGES, TOKEN_REASONS, told_of
from tests.web import visitor


def _tree(root: type[errors.NewsletterError]) -> Iterator[type[errors.NewsletterError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _tree(kind)


def test_every_domain_error_finds_its_row() -> None:
    for kind in _tree(errors.NewsletterError):
        assert any(parent in PAGES for parent in kind.__mro__)
    assert set(TOKEN_REASONS) == set(errors.TokenError.__subclasses__())
    assert told_of(errors.TokenExpired("x")).status == 410
    assert told_of(errors.EditionNotReady(["title"])).status == 409


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """The error that the home page will raise."""
    raised: dict[str, Exception] = {}

    def fail(**_: object) -> str:
        raise raised["error"]

    monkeypatch.setitem(app.view_functions, "magazine.home", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return raised


def test_a_database_that_is_gone_is_a_503_and_an_unforeseen_fault_a_500_without_a_trace(
    client: FlaskClient, broken: dict[str, Exception]
) -> None:
    broken["error"] = OperationalError("select secret", {}, Exception("host=secret"))
    answer = client.get("/")
    assert (answer.status_code, visitor.heading(answer)) == (503, "We zijn er even niet")
    broken["error"] = RuntimeError("secret")
    answer = client.get("/?taal=en")
    assert answer.status_code == 500
    assert visitor.heading(answer) == "Something went wrong on our side"
    assert "secret" not in answer.get_data(as_text=True)


def test_a_method_that_a_page_does_not_know_is_a_405_that_names_the_others(
    client: FlaskClient,
) -> None:
    answer = client.post("/privacy")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_page_asks_a_database_that_is_gone_only_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def gone(*_: object) -> None:
        tries.append(1)
        raise OperationalError("select", {}, Exception("gone"))

    client.get("/privacy")  # the identity is remembered from a page that did have it
    monkeypatch.setattr(db.session, "get", gone)
    monkeypatch.setattr(db.session, "scalar", gone)
    monkeypatch.setattr(db.session, "scalars", gone)
    answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "inGovernment" in visitor.page(answer).css_first("title").text()
    assert len(tries) == 1


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_method=FOO", "_external=1&_scheme=ftp", "_anchor=x", "values=1"]
)
def test_what_a_stranger_adds_to_an_address_is_only_carried_along(
    client: FlaskClient, query: str
) -> None:
    answer = client.get(f"/aanmelden?{query}")
    assert answer.status_code == 200
    other = visitor.page(answer).css_first("a[hreflang=en]").attributes["href"]
    assert str(other) == f"/aanmelden?taal=en&{query}"


@pytest.mark.parametrize(
    "address", ["/artikelen/%00", "/themas/a%00", "/edities/14-2%00", "/bevestigen/%00", "/?a=%00"]
)
def test_an_address_with_a_sign_that_cannot_be_stored_is_a_page_that_is_not_there(
    client: FlaskClient, address: str
) -> None:
    assert client.get(address).status_code == 404
