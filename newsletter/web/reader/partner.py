"""A partner's page: the whole form in our colours, offered by an association."""

from flask import render_template

from newsletter.partners.models import Partner
from newsletter.partners.queries import find_partner
from newsletter.web.reader.subscribe import Answer, Place, open_form, show, take


def page(partner: str) -> Answer:
    """GET /p/<partner>: the whole form, empty; 404 when there is no such partner any more."""
    found = find_partner(partner)
    return show(open_form(), place_of(found)) if found else no_partner()


def post(partner: str) -> Answer:
    """POST /p/<partner>: as the form of /aanmelden; what is wrong is shown on the same page."""
    found = find_partner(partner)
    return take(place_of(found)) if found else no_partner()


def place_of(partner: Partner) -> Place:
    """The partner's page as the place of a form."""
    return Place(page=f"/p/{partner.slug}", partner=partner)


def no_partner() -> tuple[str, int]:
    """404: says so, and leads to the form that everybody can use."""
    return render_template("pages/reader/no_partner.html"), 404
