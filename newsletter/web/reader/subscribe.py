"""Sign up: the form, and the page that looks the same whatever the address was."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import find_theme, theme_keys
from newsletter.catalogue.queries import themes as pickable_themes
from newsletter.errors import BadInput
from newsletter.partners.models import Partner
from newsletter.subscribers.ask import ask_signup
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import Language
from newsletter.subscribers.wordings import current_wording
from newsletter.transaction import transaction
from newsletter.web.cards import latest_card
from newsletter.web.forgery import Delay
from newsletter.web.guard.admit import busy, knock, renewed
from newsletter.web.languages import current_language
from newsletter.web.reader.choices_shown import rhythm
from newsletter.web.reader.forms import (
    ShortSignup,
    SignupForm,
    choices_from,
    details_from,
    is_caught,
    offer_themes,
    show_fault,
)

Answer = str | Response | tuple[str, int]
# The theme whose page she came from stands in the form's address, and is never ticked for her.
THEME = "thema"


@dataclass(frozen=True)
class Place:
    """Where a form stands: the page that the ledger names, and the partner whose page it is."""

    page: str = "/aanmelden"
    partner: Partner | None = None


def page() -> str:
    """GET /aanmelden: the whole form, empty."""
    return show(open_form(), Place())


def post() -> Answer:
    """POST /aanmelden: from the whole form, or with only an address from a compact one."""
    if "compact" in request.form:
        return _post_compact()
    return take(Place())


def take(place: Place) -> Answer:
    """What a post of the whole form comes to, at the address of the place that showed it."""
    themes = theme_keys()
    form = SignupForm(request.form)
    offer_themes(form.themes, themes)
    form.source.data = form.source.data or place.page
    if not form.validate():
        return show(form, place), 400
    language = Language(current_language())
    choices = choices_from(form, themes, language=language)
    fault = _ask(form, choices, details_from(form), source_page=form.source.data)
    if fault is None:
        return _done()
    if isinstance(fault, Delay):
        form.delay = fault
        return busy(show(form, place), fault)
    show_fault(form, fault)
    return show(form, place), 400


def open_form(address: str = "") -> SignupForm:
    """The whole form with nothing chosen; the address when it was typed elsewhere."""
    form = SignupForm(data={"address": address})
    offer_themes(form.themes, pickable_themes())
    return form


def show(form: SignupForm, place: Place, *, arrived: bool = False) -> str:
    """The page with the whole form; `arrived` when the address came along from another site.

    A theme named in the address of the page is spoken of until it is ticked.
    """
    wording = current_wording(Language(current_language()))
    form.wording.data = wording.id
    form.source.data = form.source.data or place.page
    themes = pickable_themes()
    return render_template(
        "pages/reader/subscribe.html",
        form=form,
        themes=themes,
        wanted=_wanted(themes),
        wording=wording.text,
        partner=place.partner,
        arrived=arrived,
        **rhythm(),
    )


def done() -> str:
    """GET /aanmelden/gelukt: check your mail; says nothing about the address."""
    return render_template("pages/reader/check_mail.html", latest=latest_card())


def _wanted(themes: Sequence[Theme]) -> Theme | None:
    """Which of these themes the page's address names, by its slug of now or before; else none."""
    slug = request.args.get(THEME)
    found = find_theme(slug) if slug else None
    return found.shown if found is not None and found.shown in themes else None


def _post_compact() -> Answer:
    # The token is bound to the page that showed the form: the ledger names it as the source (P01).
    source_page = request.form["compact"]
    short = ShortSignup(request.form, bound_to=source_page)
    if short.validate():
        choices = Choices(receives_editions=True, language=Language(current_language()))
        fault = _ask(short, choices, Details(), source_page=source_page)
        if fault is None:
            return _done()
        if isinstance(fault, Delay):
            short.delay = fault
    # What is wrong is shown on the whole form. Nothing is ticked there: leaving all open asks for
    # every edition, as the compact form said.
    form = open_form(short.address.data or "")
    form.source.data = None if short.csrf_token.errors else source_page
    form.address.errors = short.address.errors
    form.csrf_token.errors, form.wording.errors = short.csrf_token.errors, short.wording.errors
    form.delay = short.delay
    shown = show(form, Place())
    return busy(shown, form.delay) if form.delay else (shown, 400)


def _ask(
    form: ShortSignup | SignupForm, choices: Choices, details: Details, *, source_page: str
) -> BadInput | Delay | None:
    """Keep the request unless a machine filled the form; a refusal or a delay comes back."""
    if is_caught(form):
        return None
    delay = knock("signup")
    if delay:
        return delay
    try:
        with transaction():
            ask_signup(
                address=form.address.data or "",
                choices=choices,
                details=details,
                source_page=source_page,
                # An old form carries the text it showed.
                wording_id=form.shown_wording_id,
                now=clock.now(),
            )
    except BadInput as fault:
        form.delay = renewed("signup")
        return fault
    return None


def _done() -> Response:
    return redirect(url_for("reader.subscribed"), 303)
