"""The language of a page: Dutch, unless its address says `?taal=en` or the reader chose English."""

from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import refresh

from newsletter.core import LANGUAGES
from newsletter.web.extensions import babel

PARAMETER = "taal"
# The room whose addresses machines call: no language belongs in them.
WITHOUT_LANGUAGE = "ops"


def init_app(app: Flask) -> None:
    """Bind translations (source language Dutch) and keep the chosen language in every link."""
    babel.init_app(
        app,
        default_locale="nl",
        default_timezone="Europe/Amsterdam",
        default_translation_directories="translations",
        locale_selector=current_language,
    )
    app.before_request(_begin)
    app.url_defaults(_keep_language)


def current_language() -> str:
    """`nl` or `en` for the page at hand; no cookie and no browser setting decides (W11)."""
    if not has_request_context():
        return "nl"
    return _asked() or str(g.get("reader_language", "nl"))


def follow_reader(language: str) -> None:
    """Show this page in the reader's own language, unless its address asks for another."""
    g.reader_language = language
    refresh()


def _begin() -> None:
    """Every request begins without a reader, also where one context serves several requests."""
    g.pop("reader_language", None)
    refresh()


def _asked() -> str | None:
    asked = request.args.get(PARAMETER)
    return asked if asked in LANGUAGES else None


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    if not has_request_context() or endpoint.split(".")[0] == WITHOUT_LANGUAGE:
        return
    reader = g.get("reader_language", "nl")
    language = current_language()
    if language != "nl" or reader != "nl":
        values.setdefault(PARAMETER, language)
    if values.get(PARAMETER) == "nl" and reader == "nl":
        del values[PARAMETER]
