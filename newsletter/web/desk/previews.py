"""The mail of an edition as it would leave now, with example links; in a frame of its own."""

import re

from flask import Response, abort, request

from newsletter.core import settings
from newsletter.editions.content import content_of
from newsletter.editions.models import Edition
from newsletter.emails import show_compiled
from newsletter.emails.compile import compile_edition
from newsletter.errors import MailError, MailTooLarge
from newsletter.mailings.contents import CompiledManifest, CompiledVariant
from newsletter.sending.house import house_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.headers import MAIL_CONTENT_SECURITY

VIEWS = ("computer", "telefoon", "donker", "tekst")
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"


def mail(key: str) -> Response:
    """GET /redactie/edities/<key>/voorbeeld: the HTML alone, for the frame; nothing runs in it."""
    manifest, _too_large = compiled(wanted_edition(key))
    if manifest is None:
        abort(404)
    html = html_of(
        manifest,
        "en" if request.args.get("mail") == "en" else "nl",
        is_dark=request.args.get("beeld") == "donker",
    )
    return in_frame(html)


def compiled(edition: Edition) -> tuple[CompiledManifest | None, bool]:
    """The edition's mail as it would leave now, if one can be made; and whether it is too large."""
    house = house_of(settings())
    try:
        content = content_of(edition)
        return compile_edition(content, identity=house.identity, urls=house.urls), False
    except MailTooLarge:
        return None, True
    except MailError:
        return None, False


def html_of(manifest: CompiledManifest, language: str, *, is_dark: bool) -> str:
    """The HTML of a language; the switch decides between light and dark, not the system's own."""
    html = show_compiled.html_of(manifest, variant_of(manifest, language))
    return in_scheme(html, is_dark=is_dark)


def in_scheme(html: str, *, is_dark: bool) -> str:
    """A mail's HTML in light or in dark, whatever the system prefers."""
    return _DARK.sub(_ALWAYS if is_dark else _NEVER, html)


def text_of(manifest: CompiledManifest, language: str) -> str:
    """The plain text of a language."""
    return show_compiled.text_of(manifest, variant_of(manifest, language))


def in_frame(html: str) -> Response:
    """A mail's HTML as a page of its own, for a frame: nothing runs in it."""
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY
    return response


def variant_of(manifest: CompiledManifest, language: str) -> CompiledVariant:
    """What a reader in that language gets who did not ask for plain text."""
    key = f"{language}:mail"
    return next(one for one in manifest.variants if one.selection_key == key)
