"""The form on other sites: the page with its code, and the page that its visitors arrive at."""

from dataclasses import dataclass

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from newsletter import addresses
from newsletter.core import LANGUAGES, settings
from newsletter.errors import BadAddress
from newsletter.partners.models import Partner
from newsletter.partners.queries import find_partner, partners
from newsletter.web.headers import keep_private
from newsletter.web.languages import current_language
from newsletter.web.pages import masthead
from newsletter.web.reader.forms import show_fault
from newsletter.web.reader.partner import no_partner
from newsletter.web.reader.subscribe import Answer, Place, open_form, show

PAGE = "/insluiten"


@dataclass(frozen=True)
class Snippet:
    """The code in one language."""

    language: str
    code: str


def page() -> str:
    """GET /insluiten: the code for any site, with what it does."""
    return _show(None)


def partner_page(partner: str) -> Answer:
    """GET /p/<partner>/insluiten: the code for a partner's own site."""
    found = find_partner(partner)
    return _show(found) if found else no_partner()


def arrive() -> Response:
    """POST /insluiten/aanmelden: a visitor of another site typed her address there.

    Keeps nothing and asks nothing of anybody (so any site may send it): it answers with our own
    form, in which the address stands, and whose button asks as always.
    """
    typed = request.form.get("address", "")
    # Of a partner that stopped the code may stand for years: its visitors are as welcome.
    # PostgreSQL stores no NUL, so no slug has one.
    partner = find_partner(request.form.get("partner", "").replace("\0", " "))
    form = open_form(typed)
    try:
        addresses.check(typed)
    except BadAddress as fault:
        show_fault(form, fault)
    place = Place(page=_address_of(partner), partner=partner)
    answer = make_response(show(form, place, arrived=True), 400 if form.errors else 200)
    return keep_private(answer)


def back() -> Response:
    """GET /insluiten/aanmelden: somebody came without an address, so the form begins empty."""
    return redirect(url_for("reader.subscribe"))


def snippet(language: str, partner: Partner | None, *, action: str) -> str:
    """The form as HTML for another site, in `nl` or `en`: no script, no style, no picture."""
    template = current_app.jinja_env.get_template("pages/reader/_snippet.html")
    with force_locale(language):
        return template.render(
            action=action, language=language, partner=partner, name=masthead().name
        )


def _show(partner: Partner | None) -> str:
    here = current_language()
    spoken = (here, *(each for each in LANGUAGES if each != here))
    site = settings().public_url
    return render_template(
        "pages/reader/embed.html",
        partner=partner,
        partners=partners(),
        site=site,
        page_address=site + _page_of(partner),
        snippets=[
            Snippet(each, snippet(each, partner, action=site + _action(each))) for each in spoken
        ],
        # On our own page its address is our own, whichever name we were called by.
        preview=snippet(here, partner, action=_action(here)),
    )


def _action(language: str) -> str:
    return url_for("reader.embedded", taal=language)


def _page_of(partner: Partner | None) -> str:
    if partner is None:
        return url_for("reader.subscribe")
    return url_for("reader.partner", partner=partner.slug)


def _address_of(partner: Partner | None) -> str:
    return f"/p/{partner.slug}{PAGE}" if partner else PAGE
