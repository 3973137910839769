"""The one cookie of the readers' own pages, and the forms that are bound to it (W11).

Behind a mailed link stand choices and personal data, so a post needs more than that link: the
browser that showed the form must be the one that sends it (ASVS 3.5.1). The cookie holds a random
value and nothing else, and goes when the browser closes.
"""

import re
import secrets
from hashlib import sha256
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from wtforms.csrf.core import CSRFTokenField
from wtforms.validators import ValidationError

from newsletter.core import settings
from newsletter.web.forgery import ReaderForm, SignedFormToken

SECURE, PLAIN = "__Host-keuzes", "keuzes"
_VALUE = re.compile(r"[A-Za-z0-9_-]{32}")


def cookie_name() -> str:
    """The cookie's name; over http a browser takes no `__Host-` (RFC 6265bis §4.1.3)."""
    return SECURE if _is_https() else PLAIN


def sent_value() -> str | None:
    """The value that the browser sent; None when it sent none, or one that we never gave."""
    found = request.cookies.get(cookie_name(), "")
    return found if _VALUE.fullmatch(found) else None


def keep_cookie(response: Any) -> Any:
    """After a request: give the cookie to a browser that was shown a bound form without one."""
    fresh = g.pop("fresh_cookie", None)
    if fresh:
        response.set_cookie(
            cookie_name(), fresh, secure=_is_https(), httponly=True, samesite="Lax", path="/"
        )
    return response


class KeptFormToken(SignedFormToken):
    """A signed form token that is bound to the browser's cookie as well."""

    def purpose_of(self, form: Any) -> str:
        """The form, what it is about, and a digest of the cookie: a page never shows its value."""
        bound = sha256(_value().encode()).hexdigest()
        return f"{super().purpose_of(form)}:{bound}"

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Raises ValidationError with a sentence for the reader."""
        if sent_value() is None:
            raise ValidationError(
                _(
                    "Je browser stuurde het cookie van deze pagina niet mee. Er is niets veranderd."
                    " Druk nog een keer op de knop. Helpt dat niet, sta dan cookies toe voor deze"
                    " site. Stoppen kan altijd zonder cookies, met de link om te stoppen in onze"
                    " mail."
                )
            )
        super().validate_csrf_token(form, field)


class KeptForm(ReaderForm):
    """A form of a page behind a mailed link to choices or personal data."""

    class Meta(ReaderForm.Meta):
        csrf_class = KeptFormToken


class KeptPressForm(KeptForm):
    """A button, and the proof that it stood on our page in this browser."""


def _value() -> str:
    """The browser's value, or the one that it gets with this answer."""
    sent = sent_value()
    if sent is not None:
        return sent
    if "fresh_cookie" not in g:
        g.fresh_cookie = secrets.token_urlsafe(24)
    return str(g.fresh_cookie)


def _is_https() -> bool:
    return bool(request.is_secure) or settings().public_url.startswith("https://")
