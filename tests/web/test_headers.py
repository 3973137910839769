"""What surrounds every answer, over every address that there is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from newsletter.web.headers import CONTENT_SECURITY, MAIL_CONTENT_SECURITY
from newsletter.web.inbox.views import MAIL_POLICY
from newsletter.web.ops.robots import CLOSED
from newsletter.web.ops.security_txt import ADDRESS, expires
from newsletter.web.pages import asset
from tests.web import visitor

VALUES = {"key": "14-2", "slug": "data", "partner": "vdp", "year": 2026}
# Where a session may begin: the desk, and a reader's own pages (W11).
WITH_COOKIE = ("/redactie", "/voorkeuren/", "/mijn-gegevens/")
OTHERS = ("https://x.example", "http://x.example", "x.example", "*", "data:", "https:", "http:")


def _rules(app: Flask, *, method: str = "GET") -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))


def _answers(app: Flask, client: FlaskClient, **asked: str) -> Iterator[tuple[Rule, TestResponse]]:
    """What every address answers to who only looks, whether or not something is there."""
    for rule in _rules(app):
        values = {name: VALUES.get(name, 1) for name in rule.arguments}
        built = app.url_map.bind("localhost").build(rule.endpoint, values)
        answer = client.get(built, **asked)  # type: ignore[arg-type]
        yield rule, answer
        answer.close()


def test_every_answer_has_a_strict_policy_and_no_sniffing(app: Flask, client: FlaskClient) -> None:
    seen = 0
    for rule, answer in _answers(app, client):
        policy = answer.headers["Content-Security-Policy"]
        named = policy.replace(" 'self'", "").split("; ")
        if policy == CONTENT_SECURITY:
            for directive in ("default-src 'none'", "base-uri 'none'", "form-action 'self'",
                              "frame-ancestors 'none'"):
                assert directive in policy.split("; "), rule
            assert all(re.fullmatch(r"[a-z-]+( 'none')?", each) for each in named), rule
        else:  # a mail in its frame, or its source: no script at all, and a sandbox around it
            assert "default-src 'none'" in policy, rule
            assert "sandbox" in policy, rule
            assert "script-src" not in policy, rule
        assert answer.headers["X-Content-Type-Options"] == "nosniff", rule
        assert answer.headers["Referrer-Policy"] == "same-origin", rule
        assert answer.headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN"), rule
        seen += 1
    assert seen > 40


def test_the_policies_of_shown_mails_let_nothing_run() -> None:
    for policy in (MAIL_CONTENT_SECURITY, MAIL_POLICY):
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
        assert "allow-same-origin" not in policy
        assert "script-src" not in policy


def test_what_a_token_opens_is_kept_by_nobody_and_found_by_nobody(
    app: Flask, client: FlaskClient
) -> None:
    private = [(rule, answer.headers) for rule, answer in _answers(app, client)
               if "token" in rule.arguments or rule.endpoint.startswith("desk.")]
    assert len({rule.rule.split("/")[1] for rule, _ in private}) >= 4
    for rule, headers in private:
        assert headers["Cache-Control"] == "no-store", rule
        assert headers["X-Robots-Tag"] == "noindex, nofollow", rule
        assert f"/{rule.rule.split('/')[1]}/" in CLOSED, rule


def test_no_answer_is_compressed_and_only_desk_and_own_pages_set_a_cookie(
    app: Flask, client: FlaskClient
) -> None:
    for rule, answer in _answers(app, client, headers={"Accept-Encoding": "gzip, br, zstd"}):
        assert "Content-Encoding" not in answer.headers, rule
        if not rule.rule.startswith(WITH_COOKIE):
            assert "Set-Cookie" not in answer.headers, rule


def test_transport_security_is_promised_over_https_only(app: Flask, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/privacy").headers
    for rule, answer in _answers(app, client, base_url="https://localhost"):
        promised = answer.headers["Strict-Transport-Security"]
        assert int(promised.removeprefix("max-age=").split(";")[0]) >= 31_536_000, rule


def test_static_files_carry_their_hash_and_may_be_kept_for_a_year(client: FlaskClient) -> None:
    shown = visitor.page(client.get("/"))
    style = str(shown.css_first("link[rel=stylesheet]").attributes["href"])
    assert style == asset("style.css")
    for address in (style, asset("mark.svg")):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
        answer.close()


def test_security_txt_says_what_the_standard_asks_and_never_runs_out(client: FlaskClient) -> None:
    now = datetime(2027, 12, 31, 23, 59, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        answer = client.get(ADDRESS)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.get_data(as_text=True).splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    assert len(fields) == len(lines) == 5
    assert fields["Contact"] == "mailto:redactie@ingovernment.example"
    assert fields["Canonical"] == f"http://localhost{ADDRESS}"
    assert fields["Preferred-Languages"] == "nl, en"
    left = datetime.fromisoformat(fields["Expires"]) - now
    assert timedelta(days=30) < left < timedelta(days=365)
    assert expires(now) == datetime.fromisoformat(fields["Expires"])
    policy = client.get(fields["Policy"].removeprefix("http://localhost"))
    assert visitor.heading(policy) == "Een zwakke plek melden"
    assert fields["Contact"] in policy.get_data(as_text=True)


def test_the_older_address_of_security_txt_leads_to_the_new_one(client: FlaskClient) -> None:
    answer = client.get("/security.txt")
    assert (answer.status_code, answer.headers["Location"]) == (301, ADDRESS)


def test_search_engines_are_asked_to_stay_out_of_what_is_personal(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.get_data(as_text=True).splitlines()
    assert lines[0] == "User-agent: *"
    closed = {line.removeprefix("Disallow: ") for line in lines[1:]}
    assert {"/bevestigen/", "/voorkeuren/", "/afmelden/", "/mijn-gegevens/", "/adres/",
            "/redactie/", "/inbox/"} <= closed
    assert "/" not in closed


@pytest.mark.parametrize("other", OTHERS)
def test_the_policy_of_pages_names_no_source_but_our_own(other: str) -> None:
    assert other not in CONTENT_SECURITY.replace(";", " ").split()
    assert "unsafe" not in CONTENT_SECURITY
