"""A browser in words, for who looks where an account is logged in."""

import pytest
from flask import Flask

from newsletter.web.desk.browsers import browser_in_words

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
         "Chrome op Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
         "Edge op Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
         "Firefox op macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
         "Safari op iPhone"),
        (f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} Chrome/126.0 Mobile Safari/537.36",
         "Chrome op Android"),
        ("curl/8.8.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_words(app: Flask, program: str, words: str) -> None:
    with app.test_request_context("/redactie"):
        assert browser_in_words(program) == words
