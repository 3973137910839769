"""The mail of an edition as it would leave now, with example links; in a frame of its own.

From what is saved, or from what is typed and not saved yet. A selection in the address says
language, format and the numbers of notices; it never names a reader.
"""

import re
from dataclasses import asdict, replace

from flask import Response, render_template, request
from flask_babel import force_locale

from newsletter.core import settings
from newsletter.editions.compose import LONGEST_EDITORIAL, LONGEST_LINE, Texts, tidy
from newsletter.editions.content import content_of
from newsletter.editions.models import Edition
from newsletter.emails import show_compiled
from newsletter.emails.compile import compile_edition
from newsletter.emails.words import LANGUAGES
from newsletter.errors import MailError, MailTooLarge
from newsletter.mailings.contents import (
    CompiledManifest,
    CompiledVariant,
    EditionContent,
    EditionSelection,
)
from newsletter.mailings.edition_page import EditionPage
from newsletter.mailings.owed import notices_with
from newsletter.sending.compile_now import compile_now
from newsletter.sending.house import house_of
from newsletter.web.cards import EditionCard, card_of, frozen_card
from newsletter.web.desk.forms import TextsForm
from newsletter.web.desk.found import LARGEST_ID, wanted_edition
from newsletter.web.desk.said import _
from newsletter.web.headers import MAIL_CONTENT_SECURITY
from newsletter.web.magazine.markdown import to_html
from newsletter.web.pages import masthead
from newsletter.web.reader.compact import compact_form

VIEWS = ("computer", "telefoon", "donker", "tekst")
TEXT, WEB = "tekst", "web"
OF_EDITION = (*VIEWS, WEB)
MOST_NOTICES = 50
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_SCRIPT = re.compile(r"<script\b[^>]*></script>")
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"
_SELECTION = re.compile(r"(nl|en):(mail|text)(?::(\d{1,18}(?:,\d{1,18})*))?")
# Our own pages bring our own sheet; nothing runs, nothing is sent, nothing is left for elsewhere.
_PAGE_CONTENT_SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)


def mail(key: str) -> Response:
    """GET /redactie/edities/<key>/voorbeeld: as it is saved, for the frame."""
    return _shown(wanted_edition(key), None)


def typed(key: str) -> Response:
    """POST /redactie/edities/<key>/voorbeeld: as it is typed, for the frame; keeps nothing."""
    texts = tidy(TextsForm().texts())
    return _shown(wanted_edition(key), Texts(
        title=_one_line(texts.title), subject=_one_line(texts.subject),
        preheader=_one_line(texts.preheader),
        editorial_md=texts.editorial_md[:LONGEST_EDITORIAL],
    ))


def language_asked() -> str:
    """In which of the mail's languages the address asks to see it."""
    language = request.args.get("mail", "")
    return language if language in LANGUAGES else "nl"


def selection_asked() -> EditionSelection:
    """Which variant the address asks for; the Dutch mail when it asks for none."""
    asked = _SELECTION.fullmatch(request.args.get("keuze", ""))
    if asked is None:
        return EditionSelection(language_asked(), "mail")
    ids = {int(one) for one in (asked[3] or "").split(",")[:MOST_NOTICES] if one}
    notices = notices_with({one for one in ids if one <= LARGEST_ID})
    return EditionSelection(asked[1], asked[2], notices.of(notices.items))


def compiled(edition: Edition) -> tuple[CompiledManifest | None, bool]:
    """The edition's mail as it would leave now, if one can be made; and whether it is too large."""
    try:
        return compile_now(edition, settings=settings()), False
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


def frozen_page(edition: Edition, page: EditionPage, language: str) -> Response:
    """The page of the archive as it was frozen; its links lead where they will."""
    addresses = {item.id: item.slug for item in page.articles}
    with force_locale(language):
        return _archive(frozen_card(edition, page, addresses, wordmark=masthead().wordmark,
                                    lang=language), language)


def _shown(edition: Edition, texts: Texts | None) -> Response:
    view, selection = request.args.get("beeld", ""), selection_asked()
    content = content_of(edition)
    if texts is not None:
        content = replace(content, **asdict(texts))
    if view == WEB:
        return _web_page(edition, content, selection.language)
    return _mail(content, selection, view)


def _mail(content: EditionContent, selection: EditionSelection, view: str) -> Response:
    """The one variant that is asked for; the others are not made."""
    house = house_of(settings())
    try:
        manifest = compile_edition(content, identity=house.identity, urls=house.urls,
                                   languages=(), owed=[selection])
        variant = manifest.variants[0]
        if view == TEXT or not variant.html:
            text = show_compiled.text_of(manifest, variant)
            return _own_page("pages/desk/preview_text.html", text=text,
                             text_language=variant.language)
        html = show_compiled.html_of(manifest, variant)
    except MailTooLarge:
        return _own_page("pages/desk/preview_text.html", text="",
                         said=_("De mail is te groot om te tonen. Haal een artikel weg."))
    except MailError:
        return _own_page("pages/desk/preview_text.html", text="",
                         said=_("Hiervan kan nog geen mail worden gemaakt."))
    return in_frame(in_scheme(html, is_dark=view == "donker"))


def _web_page(edition: Edition, content: EditionContent, language: str) -> Response:
    """The page of the archive, as it would be once the edition has appeared."""
    with force_locale(language):
        return _archive(replace(card_of(edition, wordmark=masthead().wordmark, lang=language),
                                title=content.title, editorial_md=content.editorial_md), language)


def _archive(card: EditionCard, language: str) -> Response:
    return _own_page(
        "pages/magazine/edition.html", card=card, editorial=to_html(card.editorial_md),
        is_preview=True, sent_at=None, content_hash="", year=(), lang=language,
        **compact_form(request.path))


def _own_page(template: str, **shown: object) -> Response:
    # Its scripts would not run anyway, and the browser would complain of each.
    html = _SCRIPT.sub("", render_template(template, **shown))
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _PAGE_CONTENT_SECURITY
    return response


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_LINE]
