"""The standing pages: privacy, cookies, accessibility, security, colophon.

Each text is written in both languages; its facts come from the settings, the magazine's row and
the registry of personal data.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import gettext as _

from newsletter.assessed import ASSESSED_ON
from newsletter.core import settings
from newsletter.web import known
from newsletter.web.kept import cookie_name
from newsletter.web.languages import current_language
from newsletter.web.magazine.personal_data import BASES, Group, periods
from newsletter.web.magazine.personal_others import facts_of

HOUR = 3600
SOFT_HYPHEN = "\u00ad"


def privacy() -> str:
    """GET /privacy."""
    lang = current_language()
    months = settings().consent_proof_months
    tables = {
        group.value: [
            {
                "what": fact.what.words(lang),
                "purpose": fact.purpose.words(lang),
                "basis": BASES[fact.basis].words(lang),
                "kept": fact.kept_for(lang, proof_months=months),
            }
            for fact in facts_of(group)
        ]
        for group in Group
    }
    lead = _("Wat we van je bewaren, waarom, en wat je daarover te zeggen hebt.")
    return _text(
        "privacy", _("Privacy"), lead,
        tables=tables,
        periods=periods(lang, proof_months=months),
        processors=settings().processors,
        counted_hours=_counted_hours(),
        backup_days=settings().backup_days,
    )


def cookies() -> str:
    """GET /cookies."""
    lead = _("We zetten alleen een cookie waar het zonder niet kan. Volgen doen we niemand.")
    return _text("cookies", _("Cookies"), lead, names=cookie_names())


def colophon() -> str:
    """GET /colofon."""
    return _text("colophon", _("Colofon"), _("Wie het magazine maakt en hoe je ons bereikt."))


def accessibility() -> str:
    """GET /toegankelijkheid: the statement that the Besluit digitale toegankelijkheid overheid
    asks of public bodies, made voluntarily by its model (A06)."""
    lead = _("Iedereen moet dit magazine kunnen lezen.")
    # So that a narrow page breaks the word between its parts, also without a dictionary.
    heading = _("Toegankelijkheid").replace("lijkheid", f"lijk{SOFT_HYPHEN}heid")
    return _text(
        "accessibility", heading, lead,
        assessed_on=ASSESSED_ON,
        host=urlsplit(settings().public_url).netloc,
    )


def security() -> str:
    """GET /beveiliging: how to report a weakness; what security.txt calls the policy (A08)."""
    lead = _("Heb je een zwakke plek gevonden? Vertel het ons, dan lossen we het op.")
    uri = settings().security_contact_uri
    return _text(
        "security", _("Een zwakke plek melden"), lead,
        contact=uri,
        contact_words=uri.removeprefix("mailto:"),
    )


def cookie_names() -> dict[str, str]:
    """The names of the cookies: of a reader's own pages, and of the desk (W11).

    That of a known browser is only its beginning: each account has its own.
    """
    return {"desk": str(current_app.config["SESSION_COOKIE_NAME"]), "reader": cookie_name(),
            "known": known.beginning()}


def _counted_hours() -> int:
    """For how many hours at most requests of a network are counted (W05)."""
    rates = settings().signup_per_hour, settings().signup_without_proof_per_hour
    return max(1, *(-(-rate.seconds // HOUR) for rate in rates))


def _text(name: str, heading: str, lead: str, **facts: Any) -> str:
    return render_template(
        "pages/magazine/text.html",
        heading=heading,
        title=heading.replace(SOFT_HYPHEN, ""),
        lead=lead,
        body=f"pages/magazine/texts/{name}_{current_language()}.html",
        **facts,
    )
