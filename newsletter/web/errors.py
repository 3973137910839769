"""The table from error to page: what a visitor is told, and with which status."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from newsletter import clock, errors
from newsletter.extensions import db
from newsletter.logs import get_logger
from newsletter.web.extensions import limiter
from newsletter.web.languages import follow_reader
from newsletter.web.pages import note_database_gone
from newsletter.web.reader.forms import AskLinkForm

log = get_logger(__name__)

LONGEST_LIMIT = 3600  # seconds


@dataclass(frozen=True)
class Told:
    """What a page says; sentences are translated when shown."""

    status: int
    heading: Any
    sentence: Any
    # The one link of the page: "home", "again" (this page once more) or "sign_up".
    way: str = "home"


_GONE_WRONG = Told(
    500,
    _l("Er ging bij ons iets mis"),
    _l("Het ligt niet aan jou. We zijn gewaarschuwd. Probeer het over een paar minuten weer."),
    "again",
)
_AWAY = Told(
    503,
    _l("We zijn er even niet"),
    _l("Er is een storing, of we werken aan de site. Er gaat niets verloren. Probeer het over een "
       "paar minuten weer."),
    "again",
)
_NOT_FOUND = Told(
    404,
    _l("Deze pagina is er niet"),
    _l("Misschien is het adres niet helemaal gekopieerd, of bestaat de pagina niet meer."),
)

# Domain errors by class; the nearest class in an error's own line of descent counts.
PAGES: Mapping[type[errors.NewsletterError], Told] = {
    errors.NewsletterError: _GONE_WRONG,
    errors.BadInput: Told(
        400, _l("Dat lukt zo niet"), _l("Ga terug en kijk na wat je invulde.")
    ),
    errors.TokenInvalid: Told(404, "", ""),
    errors.TokenExpired: Told(410, "", ""),
    errors.TokenSuperseded: Told(410, "", ""),
    errors.TokenGone: Told(410, "", ""),
    errors.NotFound: _NOT_FOUND,
    errors.WrongState: Told(
        409,
        _l("Dat kan nu niet meer"),
        _l(
            "Er is intussen iets veranderd. "
            "Laad de pagina opnieuw en kijk hoe het er nu voor staat."
        ),
        "again",
    ),
    errors.NothingToUndo: Told(
        409,
        _l("Dit kun je niet meer terugdraaien"),
        _l("Dat kan tot 30 dagen nadat je stopte. Je kunt je wel opnieuw aanmelden."),
        "sign_up",
    ),
    errors.AddressTaken: Told(
        409,
        _l("Dit adres heeft al een abonnement"),
        _l("Er is niets veranderd. Stop eerst het andere abonnement, of kies een ander adres."),
    ),
    errors.ServerMissing: _AWAY,
}
TOKEN_REASONS: Mapping[type[errors.TokenError], str] = {
    errors.TokenInvalid: "invalid",
    errors.TokenExpired: "expired",
    errors.TokenSuperseded: "superseded",
    errors.TokenGone: "gone",
}
# What the web server itself refuses, by status.
STATUSES: Mapping[int, Told] = {
    400: Told(400, _l("Dat lukt zo niet"), _l("Ga terug en kijk na wat je invulde.")),
    403: Told(
        403,
        _l("Dat mag niet vanaf deze plek"),
        _l("Open de pagina op onze eigen site en druk daar op de knop."),
    ),
    404: _NOT_FOUND,
    405: Told(405, _l("Dat kan hier niet"), _l("Begin opnieuw op de voorpagina.")),
    413: Told(
        413, _l("Dat is te veel tekst"), _l("Ga terug, maak de tekst korter en probeer het weer.")
    ),
    429: Told(
        429,
        _l("Even wachten"),
        _l("Dit is kort na elkaar te vaak gedaan. Wacht een uur en probeer het dan weer."),
    ),
    500: _GONE_WRONG,
    503: _AWAY,
}


def init_app(app: Flask) -> None:
    """Give every error a page: domain errors, a database that is gone, and HTTP's own."""
    app.register_error_handler(errors.NewsletterError, _domain_error)
    app.register_error_handler(errors.TokenError, _token_error)
    for gone in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(gone, _database_gone)
    app.register_error_handler(HTTPException, _http_error)


def told_of(error: errors.NewsletterError) -> Told:
    """The row of the table for a domain error."""
    return next(PAGES[kind] for kind in type(error).__mro__ if kind in PAGES)


def _domain_error(error: errors.NewsletterError) -> tuple[str, int]:
    told = told_of(error)
    if told.status >= 500:
        log.error("page_failed", error=type(error).__name__, endpoint=request.endpoint)
    return _page(told)


def _token_error(error: errors.TokenError) -> tuple[str, int]:
    """A friendly page with the one way on that leads somewhere, in the reader's own language.

    Who has an address here may ask for a new mail; who has none may sign up again.
    """
    if error.language:
        follow_reader(error.language)
    reason = next(TOKEN_REASONS[kind] for kind in type(error).__mro__ if kind in TOKEN_REASONS)
    shown = render_template(
        "pages/errors/link.html",
        reason=reason,
        confirming=request.endpoint == "reader.confirm",
        form=AskLinkForm(),
    )
    return shown, told_of(error).status


def _database_gone(error: Exception) -> tuple[str, int, dict[str, str]]:
    note_database_gone()
    log.error("database_gone", error=type(error).__name__, endpoint=request.endpoint)
    return *_page(_AWAY), {"Retry-After": "60"}


def _http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    if code >= 500:
        db.session.rollback()
        log.error(
            "page_failed",
            error=type(getattr(error, "original_exception", None) or error).__name__,
            endpoint=request.endpoint,
        )
    if code == 429:
        return _too_often()
    shown, _ = _page(STATUSES.get(code, _GONE_WRONG if code >= 500 else STATUSES[400]))
    allowed = {"Allow": ", ".join(error.valid_methods or ())} if (
        isinstance(error, MethodNotAllowed)
    ) else {}
    return shown, code, allowed


def _too_often() -> tuple[str, int, dict[str, str]]:
    """With how long to wait, as far as a limit tells; it is never longer than its own window."""
    limit = limiter.current_limit
    left = int(limit.reset_at - clock.now().timestamp()) + 1 if limit else LONGEST_LIMIT
    seconds = min(max(left, 1), limit.limit.get_expiry() if limit else LONGEST_LIMIT)
    minutes = -(-seconds // 60)
    wait = ngettext(
        "Dit is kort na elkaar te vaak gedaan. Wacht een minuut en probeer het dan weer.",
        "Dit is kort na elkaar te vaak gedaan. Wacht %(number)s minuten en probeer het dan weer.",
        minutes, number=minutes,
    )
    shown, status = _page(replace(STATUSES[429], sentence=wait))
    return shown, status, {"Retry-After": str(seconds)}


def _page(told: Told) -> tuple[str, int]:
    # What only answers posts cannot be opened once more.
    is_page = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    shown = render_template(
        "pages/errors/page.html", told=told, again=request.full_path.rstrip("?") if is_page else ""
    )
    return shown, told.status
