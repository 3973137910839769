"""The templates of the mails: Jinja that escapes, refuses what is missing, and cleans words."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from newsletter.emails import editorial
from newsletter.emails.identity import Identity
from newsletter.emails.say import Say
from newsletter.emails.trusted import open_place, ours
from newsletter.emails.urls import Urls
from newsletter.emails.words import TEMPLATES, words_of
from newsletter.mailer import cut, mjml, places
from newsletter.mailer.plain import clean, wrap

PLACE = {name: open_place(name) for name in places.VARIANT_PLACES}


def html_blocks(
    kind: str, *, language: str, identity: Identity, urls: Urls, context: Mapping[str, Any]
) -> dict[str, str]:
    """The blocks of a kind's HTML by name. Raises MailError.

    `called` in the context is the mail's name where its subject is not in the mail's language.
    """
    full = _context(kind, language=language, identity=identity, urls=urls, context=context)
    html = mjml.render(_environment().get_template(f"{kind}/body.mjml").render(full))
    called = context.get("called")
    return cut.cut_html(mjml.name(html, clean(called)) if called else html)


def text_blocks(
    kind: str, *, language: str, identity: Identity, urls: Urls, context: Mapping[str, Any]
) -> dict[str, str]:
    """The blocks of a kind's plain text by name. Raises MailError."""
    full = _context(kind, language=language, identity=identity, urls=urls, context=context)
    return cut.cut(_environment().get_template(f"{kind}/body.txt").render(full))


def line(kind: str, name: str, *, language: str, context: Mapping[str, Any]) -> str:
    """A short text of a kind, such as its subject, on one line."""
    words = words_of(kind, language)
    full = {"words": words, "say": Say(language, words), "lang": language, **context}
    template = _environment().get_template(f"{kind}/{name}.txt")
    return " ".join(template.render(full).split())


def _context(
    kind: str, *, language: str, identity: Identity, urls: Urls, context: Mapping[str, Any]
) -> dict[str, Any]:
    words = words_of(kind, language)
    return {
        "lang": language,
        "words": words,
        "say": Say(language, words),
        "identity": identity,
        "light": identity.light,
        "dark": identity.dark,
        "urls": urls.in_language(language),
        "place": PLACE,
        **context,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("mjml",), default=False),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["wrap"] = wrap
    environment.filters["editorial_html"] = editorial.as_html
    environment.filters["editorial_text"] = editorial.as_text
    environment.globals["cut"] = lambda name: ours(cut.marker(name))
    environment.globals["EditorialStyle"] = editorial.Style
    return environment


def _finalize(value: object) -> object:
    """What people typed loses its control characters; our own markup keeps places and markers."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
