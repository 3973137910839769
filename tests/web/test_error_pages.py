"""Every error page says what happened and what to do, and offers one way on."""

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import MethodNotAllowed, ServiceUnavailable, TooManyRequests

from newsletter import errors
from newsletter.web.errors import PAGES, STATUSES, TOKEN_REASONS
from tests.web import visitor

WAYS = {"home", "again", "sign_up"}
TOLD = {id(told): told for told in (*PAGES.values(), *STATUSES.values()) if told.heading}


@pytest.fixture
def failing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """The error that the shelf of editions will raise."""
    raised: dict[str, Exception] = {}

    def fail(**_: object) -> str:
        raise raised["error"]

    monkeypatch.setitem(app.view_functions, "magazine.editions", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return raised


def test_every_row_says_what_happened_and_what_to_do_without_an_exclamation() -> None:
    for told in TOLD.values():
        assert str(told.heading), told
        assert str(told.sentence).endswith("."), told
        assert "!" not in f"{told.heading}{told.sentence}", told
        assert told.way in WAYS, told


@pytest.mark.parametrize(
    ("error", "status", "way"),
    [
        (OperationalError("select", {}, Exception("gone")), 503, "/edities/?a=1"),
        (ServiceUnavailable(), 503, "/edities/?a=1"),
        (RuntimeError("x"), 500, "/edities/?a=1"),
        (errors.WrongState("x"), 409, "/edities/?a=1"),
        (errors.NothingToUndo("x"), 409, "/aanmelden"),
        (errors.NotFound("x"), 404, "/"),
        (TooManyRequests(), 429, "/"),
        (MethodNotAllowed(["POST"]), 405, "/"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_page_offers_one_link_that_fits(
    client: FlaskClient, failing: dict[str, Exception], error: Exception, status: int, way: str
) -> None:
    failing["error"] = error
    answer = client.get("/edities/?a=1")
    assert answer.status_code == status
    shown = visitor.page(answer)
    (link,) = shown.css("main a")
    assert link.attributes["href"] == way
    assert visitor.heading(answer) in shown.css_first("title").text()
    assert f"Code {status}" in shown.css_first("main").text()
    assert len(shown.css("main p.lead")) == 1


@pytest.mark.parametrize("address", ["/nee//x.example", "/nee?x=//x.example", "/\\x.example"])
def test_an_error_page_never_leads_to_another_site(client: FlaskClient, address: str) -> None:
    for link in visitor.page(client.get(address)).css("main a"):
        assert link.attributes["href"] == "/"


@pytest.mark.parametrize("kind", TOKEN_REASONS)
@pytest.mark.parametrize("endpoint", ["reader.confirm", "reader.preferences"])
def test_a_link_that_does_not_open_offers_a_new_one(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch,
    kind: type[errors.TokenError], endpoint: str,
) -> None:
    def fail(**_: object) -> str:
        raise kind("x")

    monkeypatch.setitem(app.view_functions, endpoint, fail)
    with app.test_request_context():
        address = url_for(endpoint, token="x")
    answer = client.get(address)
    assert answer.status_code in (404, 410)
    main = visitor.page(answer).css_first("main")
    ways = main.css("a.button") + main.css("form")
    assert len(ways) == 1
    assert f"Code {answer.status_code}" in main.text()
    # Only a confirmation works seven days; what opens personal data works for half an hour.
    is_week = kind is errors.TokenExpired and endpoint == "reader.confirm"
    assert ("zeven dagen" in main.text()) == is_week


@pytest.mark.parametrize(
    "address", ["/bevestigen/x", "/voorkeuren/x", "/voorkeuren/x/stoppen", "/afmelden/x",
                "/adres/x", "/mijn-gegevens/x", "/mijn-gegevens/x/adres"],
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_too_much_text_behind_a_link_that_opens_nothing_still_gets_its_page(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.post(address, data=b"x" * 2_000_000, content_type=kind)
    assert answer.status_code in (404, 413)
