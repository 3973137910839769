"""What surrounds every answer."""

import pytest
from flask.testing import FlaskClient

from newsletter.web.pages import asset
from tests.web import visitor

PAGES = ("/", "/aanmelden", "/nee", "/voorkeuren/nee")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_a_strict_policy_and_no_sniffing(
    client: FlaskClient, address: str
) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "base-uri 'none'", "form-action 'self'",
                      "frame-ancestors 'none'"):
        assert directive in policy
    for forbidden in ("unsafe", "http:", "data:", "*"):
        assert forbidden not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_transport_security_is_promised_over_https_only(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/privacy").headers
    secure = client.get("/privacy", base_url="https://localhost")
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def test_static_files_carry_their_hash_and_may_be_kept_for_a_year(client: FlaskClient) -> None:
    shown = visitor.page(client.get("/"))
    style = str(shown.css_first("link[rel=stylesheet]").attributes["href"])
    assert style == asset("style.css")
    answer = client.get(style)
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
