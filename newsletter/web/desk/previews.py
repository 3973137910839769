"""The mail of an edition as it would leave now, with example links; in a frame of its own."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import Response, abort, request

from newsletter.core import settings
from newsletter.editions.content import content_of
from newsletter.editions.models import Edition
from newsletter.emails.compile import compile_edition
from newsletter.errors import MailError, MailTooLarge
from newsletter.mailer import places
from newsletter.mailer.message import prepare
from newsletter.mailings.contents import CompiledManifest
from newsletter.sending.house import house_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.headers import MAIL_CONTENT_SECURITY

VIEWS = ("computer", "telefoon", "donker", "tekst")
EXAMPLE = "voorbeeld"  # stands where a reader has a token
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
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY
    return response


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
    body = _message(manifest, language).get_body(("html",))
    html: str = body.get_content() if body else ""
    return _DARK.sub(_ALWAYS if is_dark else _NEVER, html)


def text_of(manifest: CompiledManifest, language: str) -> str:
    """The plain text of a language."""
    body = _message(manifest, language).get_body(("plain",))
    text: str = body.get_content() if body else ""
    return text


def _message(manifest: CompiledManifest, language: str) -> EmailMessage:
    """The mail put together and read back, as a reader's program would have it."""
    key = f"{language}:mail"
    variant = next(one for one in manifest.variants if one.selection_key == key)
    prepared = prepare(
        subject=variant.subject,
        headers=(),
        html=[manifest.blocks[index].body for index in variant.html],
        text=[manifest.blocks[index].body for index in variant.text],
        values={
            "subject": variant.subject,
            "preheader": variant.preheader,
            "why": variant.why,
        },
    )
    tokens = dict.fromkeys(places.READER_PLACES, EXAMPLE)
    return message_from_bytes(prepared.join(headers=(), values=tokens), policy=policy.default)
