"""What was typed and could not be kept, shown so that nothing of it is lost."""

from collections.abc import Iterable
from typing import NamedTuple

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l

from newsletter.web.desk.said import _

WORDS = {
    "title": _l("Titel"),
    "subject": _l("Onderwerp"),
    "preheader": _l("Eerste regel in de inbox"),
    "editorial_md": _l("Redactioneel"),
    "text_nl": _l("Bericht"),
    "text_en": _l("Bericht in het Engels"),
    "authors": _l("Auteurs"),
    "summary": _l("Samenvatting"),
    "body_md": _l("Tekst"),
    "page": _l("Pagina"),
    "canonical_url": _l("Adres waar het eerst stond"),
    "image_alt": _l("Wat is erop te zien?"),
    "why": _l("Waarom niet?"),
    "line": _l("Regel boven aan de mail"),
    "day": _l("Dag"),
    "at": _l("Tijd"),
}
LONG = 80  # characters on a line of the page


class Unsaved(NamedTuple):
    """One field as it was typed, and what it is called on its form."""

    name: str
    words: str
    text: str
    is_long: bool


def signed_out() -> tuple[str, int]:
    """401: nobody is logged in any more."""
    sentence = _("Je was lang weg. Daarom is dit niet bewaard.")
    way_on = url_for("security.login", next=_form_page())
    return _page(_("Je bent uitgelogd"), sentence, way_on, _("Log in")), 401


def other_session() -> tuple[str, int]:
    """400: someone is logged in, and the form is of an earlier session."""
    sentence = _("Je bent intussen opnieuw ingelogd. Daarom is dit niet bewaard.")
    return _page(_("Dit formulier is verlopen"), sentence, _form_page(), _("Open de pagina")), 400


def nothing_left(sentence: str) -> tuple[str, int]:
    """409: what the form would change is no longer there, as the sentence says."""
    return _page(_("Niet bewaard"), sentence, _form_page(), _("Bekijk hoe het er nu voor staat"),
                 is_over=True), 409


def _page(
    heading: str, sentence: str, way_on: str, way_on_words: str, *, is_over: bool = False
) -> str:
    """`is_over` says that there is no form to paste what was typed into again."""
    return render_template(
        "pages/desk/unsaved.html",
        heading=heading,
        sentence=sentence,
        is_over=is_over,
        typed=list(_typed()),
        way_on=way_on,
        way_on_words=way_on_words,
    )


def _form_page() -> str:
    """The page on which the form stood: its own address, or the one above what only takes posts."""
    methods = request.url_rule.methods if request.url_rule else None
    return request.path if "GET" in (methods or ()) else request.path.rpartition("/")[0]


def _typed() -> Iterable[Unsaved]:
    for name, words in WORDS.items():
        text = request.form.get(name, "")
        if text.strip():
            yield Unsaved(name, str(words), text, len(text) > LONG or "\n" in text)
