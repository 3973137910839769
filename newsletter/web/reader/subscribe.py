"""Sign up: the form, and the page that looks the same whatever the address was."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.catalogue.queries import themes as pickable_themes
from newsletter.core import settings, signer
from newsletter.errors import BadInput
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence, Language
from newsletter.subscribers.signup import request_signup
from newsletter.subscribers.wordings import current_wording
from newsletter.transaction import transaction
from newsletter.web.cards import latest_card
from newsletter.web.extensions import limiter
from newsletter.web.forgery import network
from newsletter.web.languages import current_language
from newsletter.web.reader.choices_shown import rhythm
from newsletter.web.reader.forms import (
    ShortSignup,
    SignupForm,
    choices_from,
    is_caught,
    offer_themes,
    show_fault,
)

Answer = str | Response | tuple[str, int]


def page() -> str:
    """GET /aanmelden: the whole form, empty."""
    form = SignupForm()
    offer_themes(form.themes, pickable_themes())
    return _show(form)


def post() -> Answer:
    """POST /aanmelden: from the whole form, or with only an address from a compact one."""
    if "compact" in request.form:
        return _post_compact()
    themes = pickable_themes()
    form = SignupForm(request.form)
    offer_themes(form.themes, themes)
    if not form.validate():
        return _show(form), 400
    language = Language(current_language())
    choices = choices_from(form, themes, language=language)
    fault = _ask(form, choices, source_page="/aanmelden")
    if fault is None:
        return _done()
    show_fault(form, fault)
    return _show(form), 400


def done() -> str:
    """GET /aanmelden/gelukt: check your mail; says nothing about the address."""
    return render_template("pages/reader/check_mail.html", latest=latest_card())


def _post_compact() -> Answer:
    # The token is bound to the page that showed the form: the ledger names it as the source (P01).
    source_page = request.form["compact"]
    short = ShortSignup(request.form, bound_to=source_page)
    if short.validate():
        choices = Choices(receives_editions=True, language=Language(current_language()))
        if _ask(short, choices, source_page=source_page) is None:
            return _done()
    # What is wrong is shown on the whole form, filled in with what the compact one asks for.
    form = SignupForm(
        data={"address": short.address.data, "editions": True, "cadence": Cadence.NONE.value}
    )
    offer_themes(form.themes, pickable_themes())
    form.address.errors = short.address.errors
    form.csrf_token.errors = short.csrf_token.errors
    return _show(form), 400


def _ask(form: ShortSignup | SignupForm, choices: Choices, *, source_page: str) -> BadInput | None:
    """Carry the request out unless a machine filled the form; a refusal comes back."""
    if is_caught(form):
        return None
    with limiter.limit(lambda: settings().signup_per_hour, key_func=network, scope="signup"):
        try:
            with transaction():
                request_signup(
                    address=form.address.data or "",
                    choices=choices,
                    source_page=source_page,
                    signer=signer(),
                    now=clock.now(),
                )
        except BadInput as fault:
            return fault
    return None


def _show(form: SignupForm) -> str:
    return render_template(
        "pages/reader/subscribe.html",
        form=form,
        themes=pickable_themes(),
        wording=current_wording(Language(current_language())).text,
        **rhythm(),
    )


def _done() -> Response:
    return redirect(url_for("reader.subscribed"), 303)
