"""The standing pages: privacy, colophon, accessibility; each text written in both languages."""

from flask import render_template
from flask_babel import gettext as _

from newsletter.web.languages import current_language


def privacy() -> str:
    """GET /privacy."""
    lead = _("Wat we van je bewaren, waarom, en wat je daarover te zeggen hebt.")
    return _text("privacy", _("Privacy"), lead)


def colophon() -> str:
    """GET /colofon."""
    return _text("colophon", _("Colofon"), _("Wie het magazine maakt en hoe je ons bereikt."))


def accessibility() -> str:
    """GET /toegankelijkheid."""
    lead = _("Iedereen moet dit magazine kunnen lezen.")
    return _text("accessibility", _("Toegankelijkheid"), lead)


def _text(name: str, heading: str, lead: str) -> str:
    return render_template(
        "pages/magazine/text.html",
        heading=heading,
        lead=lead,
        body=f"pages/magazine/texts/{name}_{current_language()}.html",
    )
