"""What keeps forged and flooding posts out: signed form tokens, the post's origin, and limits."""

import ipaddress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import Form, HiddenField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.validators import ValidationError

from newsletter.broker import limits_url
from newsletter.core import settings
from newsletter.web.extensions import csrf, limiter

FORM_OPEN_SECONDS = 24 * 3600
LARGEST_POST = 1024 * 1024  # bytes
ONE_CLICK = ("List-Unsubscribe", "One-Click")
# Posts that other sites' pages may send: they keep nothing, and answer with a form of our own.
FROM_ELSEWHERE = frozenset({"reader.embedded"})


def init_app(app: Flask) -> None:
    """Bind the desk's session-bound tokens and the limits; reader forms bring their own tokens."""
    # Flask-Security decides itself where to check; the desk's forms check in validation.
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_POST
    app.config.setdefault("RATELIMIT_STORAGE_URI", limits_url(app.config["SETTINGS"].redis_url))
    app.config.setdefault(
        "RATELIMIT_STORAGE_OPTIONS", {"socket_connect_timeout": 1, "socket_timeout": 1}
    )
    # Redis gone must never make a page fail (W05): each process then counts for itself.
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", True)
    csrf.init_app(app)
    limiter.init_app(app)


class SignedFormToken(CSRF):  # type: ignore[misc]  # wtforms has no types
    """A form token without a cookie: a signed moment, bound to the form and to what it is about.

    Signing up, confirming and leaving set no cookie (W11), so the token cannot be tied to a
    session; behind the links to choices and data it can (`web/kept.py`). It proves that the form
    came from us within a day; `check_origin` refuses posts of other sites' pages.
    """

    def setup_form(self, form: Any) -> list[tuple[str, Any]]:
        self.purpose = self.purpose_of(form)
        fields: list[tuple[str, Any]] = super().setup_form(form)
        return fields

    def purpose_of(self, form: Any) -> str:
        """What a token of this form is good for, and nothing else."""
        return name_of(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """A fresh token; every showing of the form gets its own."""
        return str(_serializer().dumps(self.purpose))

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Raises ValidationError with a sentence for the reader."""
        try:
            purpose = _serializer().loads(field.data or "", max_age=FORM_OPEN_SECONDS)
        except SignatureExpired as error:
            raise ValidationError(
                _("Deze pagina stond lang open. Druk nog een keer op de knop.")
            ) from error
        except BadSignature as error:
            raise ValidationError(_("Druk nog een keer op de knop.")) from error
        if purpose != self.purpose:
            raise ValidationError(_("Druk nog een keer op de knop."))


class Delay(NamedTuple):
    """What a form tells while it is busy: the wait in seconds, and the ticket to come back with.

    With 0 seconds it tells nothing, and the ticket is good at once.
    """

    seconds: int
    ticket: str


class ReaderForm(Form):  # type: ignore[misc]  # wtforms has no types
    """A form of a reader's page: signed token, no cookie, faults in the order of the page."""

    class Meta:
        csrf = True
        csrf_class = SignedFormToken
        bound_to = ""

    delay: Delay | None = None  # of the address forms: what `web/guard` said

    def __init__(self, *args: Any, bound_to: str = "", **kwargs: Any) -> None:
        kwargs["meta"] = {**kwargs.get("meta", {}), "bound_to": bound_to}
        super().__init__(*args, **kwargs)

    def ticket(self) -> str:
        """The ticket to come back with, or the one that was sent; empty when there is none.

        A post that is too large was not read, and its error page may still show a form.
        """
        if self.delay:
            return self.delay.ticket
        try:
            return str(request.form.get("wait", ""))[:300]
        except RequestEntityTooLarge:
            return ""

    def faulty(self) -> list[Any]:
        """The visible fields that have a fault, in order."""
        return [field for field in self if field.errors and not isinstance(field, HiddenField)]

    def general_faults(self) -> list[str]:
        """Faults that belong to no field that a person sees."""
        return [
            str(fault) for field in self if isinstance(field, HiddenField) for fault in field.errors
        ]


def name_of(form: Any) -> str:
    """The form and what it is about, as its signed fields name them."""
    return f"{type(form).__name__}:{form.meta.bound_to}"


def check_origin() -> None:
    """Before a reader's post: 403 when the browser says that another site's page sent it.

    A one-click unsubscription comes from a mail provider, without cookie, Origin or Referer, and
    must work (RFC 8058 §3.2); its token is all it needs.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or is_one_click():
        return
    if request.endpoint in FROM_ELSEWHERE:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and origin not in (_origin(settings().public_url), _origin(request.url)):
        abort(403)


def is_one_click() -> bool:
    """Whether this is the post that RFC 8058 describes, urlencoded or multipart."""
    field, value = ONE_CLICK
    return (
        request.method == "POST"
        and request.endpoint == "reader.leave"
        and request.form.get(field) == value
    )


def network() -> str:
    """The visitor's network for limits: the /24 of an IPv4 and the /48 of an IPv6 address (W05)."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "127.0.0.1")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    width = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{width}", strict=False))


def signed_wording(wording_id: int, *, form: str) -> str:
    """The id of a consent text as the form of that name carries it.

    So that none but ours comes back, and none that stood beside another button (P01).
    """
    return str(_serializer("wording").dumps([form, wording_id]))


def opened_wording(value: str, *, form: str) -> int | None:
    """The id that `signed_wording` put in the form of that name; None for anything else."""
    try:
        found = _serializer("wording").loads(value, max_age=FORM_OPEN_SECONDS)
    except (BadSignature, UnicodeError):
        return None
    match found:
        case [name, int(wording_id)] if name == form:
            return wording_id
    return None


def signed_question(digest: str) -> str:
    """The digest of what a page asks, as its form carries it."""
    return str(_serializer("question").dumps(digest))


def opened_question(value: str) -> str | None:
    """The digest that `signed_question` put in a form, however old; None for anything else."""
    try:
        found = _serializer("question").loads(value)
    except (BadSignature, UnicodeError):
        return None
    return found if isinstance(found, str) else None


def signed_source(page: str) -> str:
    """The page where a sign-up began as a form carries it, so that nobody makes one up (P01)."""
    return str(_serializer("source").dumps(page))


def opened_source(value: str) -> str | None:
    """The page that `signed_source` put in a form; None for anything else."""
    try:
        found = _serializer("source").loads(value, max_age=FORM_OPEN_SECONDS)
    except (BadSignature, UnicodeError):
        return None
    return found if isinstance(found, str) else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _serializer(salt: str = "reader-form") -> URLSafeTimedSerializer:
    made: URLSafeTimedSerializer = URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], salt=salt
    )
    return made
