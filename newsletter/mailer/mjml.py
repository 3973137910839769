"""MJML: from the rendered template to the HTML that mail clients understand."""

import itertools
import re
from html import escape

import mjml

from newsletter.errors import MailError
from newsletter.mailer import cut, places

_NAME = re.compile(r'(?<=<div aria-label=")[^"]*(?=" aria-roledescription="email")')


def name(html: str, words: str) -> str:
    """The HTML with these words as what a screen reader calls the mail, in place of its title."""
    named, count = _NAME.subn(lambda _: escape(words), html)
    if count != 1:
        raise MailError("MJML: no place for the name of the mail")
    return named


def render(source: str) -> str:
    """The HTML of MJML source; places and block markers come through whole.

    Raises MailError when the source is not MJML.
    """
    stand_ins = dict(zip((places.SIGN, cut.SIGN), _unused_words(source), strict=False))
    # Control characters are not XML, and the renderer writes odd characters in attributes as
    # `\u{…}`: plain words that the source does not hold stand in for the two signs meanwhile.
    for sign, word in stand_ins.items():
        source = source.replace(sign, word)
    try:
        # Without fonts={} every mail would fetch web fonts of a third party (P04).
        html = mjml.mjml2html(source, fonts={})
    except ValueError as error:
        raise MailError(f"MJML: {error}") from error
    for sign, word in stand_ins.items():
        html = html.replace(word, sign)
    return html


def _unused_words(source: str) -> list[str]:
    words = (f"zz{number}zz" for number in itertools.count())
    return list(itertools.islice((word for word in words if word not in source), 2))
