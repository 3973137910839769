"""One's own passkeys: add one, name it, and take one away."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response as Answered
from wtforms import HiddenField, StringField

from newsletter import clock
from newsletter.accounts.add_passkey import MOST, add_passkey, offer_passkey, take_offer
from newsletter.accounts.ask_passkey import site_of
from newsletter.accounts.end_sessions import end_other_sessions
from newsletter.accounts.models import Account
from newsletter.accounts.name_passkey import checked_name, name_passkey
from newsletter.accounts.passkey_models import Passkey, PasskeyPurpose
from newsletter.accounts.passkey_queries import find_passkey, passkeys_of
from newsletter.accounts.remove_passkey import remove_passkey
from newsletter.catalogue.queries import magazine
from newsletter.core import settings
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.transaction import transaction
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm, PressForm
from newsletter.web.desk.found import LARGEST_ID
from newsletter.web.desk.said import _
from newsletter.web.passkeys import pose as pose_to
from newsletter.web.passkeys import wanted_site
from newsletter.web.sessions import session_at_hand

Answer = str | Answered | tuple[str, int]


class PasskeyForm(DeskForm):
    """A passkey, by the name that its owner gives it; the browser fills the other field."""

    name = StringField(_l("Hoe noem je haar?"))
    passkey = HiddenField()


def page() -> str:
    """GET /redactie/mijn-account/passkeys: those there are, and a form for another."""
    return _show(PasskeyForm(formdata=None))


def pose(purpose: str) -> Response:
    """POST …/passkey/<purpose>: what the browser needs, as JSON; to add one or to confirm."""
    if purpose == PasskeyPurpose.CONFIRM:
        return pose_to(current_user.id, PasskeyPurpose.CONFIRM)
    if purpose != PasskeyPurpose.ADD:
        abort(404)
    site, account = wanted_site(), db.session.get_one(Account, current_user.id)
    with transaction():
        offered = offer_passkey(account, site=site, magazine=magazine().name, now=clock.now())
    return Response(offered, mimetype="application/json")


def add() -> Answer:
    """POST /redactie/mijn-account/passkeys: keep the passkey that the browser made."""
    form, site = PasskeyForm(), wanted_site()
    account_id, answer = current_user.id, form.passkey.data or ""
    try:
        checked_name(form.name.data or "")
        with transaction():
            challenge = take_offer(account_id, answer, now=clock.now())
        with recorded("add_passkey", f"account:{account_id}") as act:
            made = add_passkey(db.session.get_one(Account, account_id), answer,
                               challenge=challenge, name=form.name.data or "", site=site,
                               now=clock.now())
            act.details["passkey"] = made.id
            _end_others()
    except BadInput as fault:
        form.show_fault(fault)
        return _show(form), 400
    flash(_("Bewaard. Je andere sessies zijn beëindigd."), "done")
    return redirect(url_for("desk.passkeys"), 303)


def change(passkey_id: int, act: str) -> Answer:
    """POST /redactie/passkeys/<id>/naam or /weg: another name, or it opens nothing any more."""
    found = _wanted(passkey_id)
    if act == "weg":
        with recorded("remove_passkey", f"account:{current_user.id}", passkey=passkey_id):
            remove_passkey(found)
            _end_others()
        flash(_("De passkey is weg. Je andere sessies zijn beëindigd."), "done")
        return redirect(url_for("desk.passkeys"), 303)
    if act != "naam":
        abort(404)
    form = PasskeyForm()
    try:
        with recorded("name_passkey", f"account:{current_user.id}", passkey=passkey_id):
            name_passkey(found, form.name.data or "")
    except BadInput as fault:
        form.show_fault(fault)
        return _show(PasskeyForm(formdata=None), renamed=(passkey_id, form)), 400
    flash(_("Bewaard."), "done")
    return redirect(url_for("desk.passkeys"), 303)


def _wanted(passkey_id: int) -> Passkey:
    known = passkey_id <= LARGEST_ID
    found = find_passkey(passkey_id, account_id=current_user.id) if known else None
    if found is None:
        abort(404)
    return found


def _end_others() -> None:
    """Another second factor ends the sessions that began under the one before (S04)."""
    at_hand = session_at_hand(current_user.id)
    assert at_hand is not None  # the room lets nobody in without one
    end_other_sessions(current_user.id, but=at_hand.id, now=clock.now())


def _show(form: PasskeyForm, *, renamed: tuple[int, PasskeyForm] | None = None) -> str:
    return render_template(
        "pages/desk/passkeys.html",
        form=form,
        renamed=renamed,
        passkeys=passkeys_of(current_user.id),
        most=MOST,
        has_site=site_of(settings().public_url) is not None,
        press=PressForm(formdata=None),
    )
