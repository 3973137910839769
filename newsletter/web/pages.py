"""What every template may use: the magazine, the language, signs, covers, dates and assets."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from newsletter import clock
from newsletter.catalogue.models import Magazine
from newsletter.catalogue.queries import magazine
from newsletter.editions.queries import latest_published
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.web import dates, signs
from newsletter.web.cover import draw_cover
from newsletter.web.headers import STATIC
from newsletter.web.languages import PARAMETER, current_language
from newsletter.web.magazine.colours import sheet_address
from newsletter.web.spans import countdown_in_words, countdown_words


@dataclass(frozen=True)
class Masthead:
    """What stands around every page; a copy, so that it can be shown when the database is gone."""

    name: str = "Magazine"
    issn: str = ""
    publisher: str = ""
    association: str = ""
    editor_in_chief: str = ""
    editor: str = ""
    postal_address: str = ""
    site: str = ""
    editors_mail: str = ""
    partnerships_mail: str = ""
    tagline_nl: str = ""
    tagline_en: str = ""
    editions_per_year: int = 8
    colours: dict[str, Any] = field(default_factory=dict)
    colours_dark: dict[str, Any] = field(default_factory=dict)

    @property
    def wordmark(self) -> tuple[str, str]:
        """The name in two parts: what stands before its first capital, and the rest."""
        first = next((i for i, letter in enumerate(self.name) if letter.isupper()), 0)
        return self.name[:first], self.name[first:]


@dataclass(frozen=True)
class RulerPlace:
    """Which number of its year appeared last."""

    number: int
    numbers_in_year: int


def init_app(app: Flask) -> None:
    """Give templates their filters, globals and context."""
    env = app.jinja_env
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.globals.update(
        sign=signs.sign, icon=signs.icon, draw_cover=draw_cover, asset=asset, figures=_figures
    )
    for name in ("day_in_words", "plain_day", "short_day", "month_in_words", "month_name",
                 "weekday_name", "clock_time", "moment_in_words", "short_moment", "dated_moment",
                 "number_in_words"):
        env.filters[name] = _in_language(name)
    env.filters["upfirst"] = dates.upfirst
    env.filters["as_sentence"] = _as_sentence
    env.filters["countdown"] = _countdown
    env.globals["countdown_words"] = countdown_words
    app.before_request(_begin)
    app.context_processor(_context)


def asset(name: str) -> str:
    """The address of a static file, with its content's hash so that it may be kept for ever."""
    return f"/static/{name}?v={_hash_of(name)}"


def masthead() -> Masthead:
    """The magazine's identity, or the last one seen when the database or the seeds are missing."""
    fields = Masthead.__dataclass_fields__
    last: Masthead = current_app.extensions.get("masthead", Masthead())
    if is_database_gone():
        return last
    try:
        row: Magazine = magazine()
        seen = Masthead(**{name: getattr(row, name) for name in fields})
    except (SQLAlchemyError, NotFound):
        note_database_gone()
        return last
    current_app.extensions["masthead"] = seen
    return seen


def ruler_place(numbers_in_year: int) -> RulerPlace:
    """Where the ruler of the masthead stands; before the first edition, at nought."""
    latest = None
    if not is_database_gone():
        try:
            latest = latest_published()
        except SQLAlchemyError:
            note_database_gone()
    if latest is None:
        return RulerPlace(0, numbers_in_year)
    return RulerPlace(latest.number, latest.numbers_in_year)


def note_database_gone() -> None:
    """Ask the database nothing more for this page: each try could take seconds (R10)."""
    db.session.rollback()
    g.database_gone = True


def is_database_gone() -> bool:
    """Whether the database failed to answer earlier in this request."""
    return bool(g.get("database_gone"))


def _begin() -> None:
    g.pop("database_gone", None)


def _context() -> dict[str, Any]:
    shown = masthead()
    return {
        "lang": current_language(),
        "magazine": shown,
        "wordmark": shown.wordmark,
        "identity_sheet": sheet_address(shown.colours, shown.colours_dark),
        "ruler_of": ruler_place(shown.editions_per_year),
        "language_link": _language_link(),
    }


def _language_link() -> dict[str, str]:
    """The same page in the other language; of a page that only answers posts, the home page."""
    other = "en" if current_language() == "nl" else "nl"
    rule = request.url_rule
    if rule is None or "GET" not in (rule.methods or ()):
        href = url_for("magazine.home", taal=other)
    else:
        href = url_for(rule.endpoint, **{**(request.view_args or {}), PARAMETER: other})
        # Never as arguments of url_for: what a stranger names `_scheme` is no wish of ours.
        kept = [each for each in request.args.items(multi=True) if each[0] != PARAMETER]
        if kept:
            href += ("&" if "?" in href else "?") + urlencode(kept)
    return {"href": href, "lang": other, "words": "English" if other == "en" else "Nederlands"}


def _in_language(name: str) -> Any:
    write = getattr(dates, name)

    def filtered(value: Any) -> str:
        return str(write(value, current_language()))

    return filtered


def _countdown(moment: datetime) -> str:
    """`over 2 uur en 5 minuten`, as it is while the page is made."""
    return countdown_in_words((moment - clock.now()).total_seconds(), current_language())


def _as_sentence(words: str) -> str:
    """`op dinsdag` as `Op dinsdag.`; other capitals stay."""
    return f"{words[:1].upper()}{words[1:]}."


def _figures(number: int) -> str:
    return dates.figures(number, current_language())


@cache
def _hash_of(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]
