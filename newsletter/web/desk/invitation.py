"""What the mailed invitation opens: a password, and then the second factor."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response
from wtforms import PasswordField

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.accounts.end_sessions import end_sessions
from newsletter.accounts.take_invitation import open_invitation, take_invitation
from newsletter.core import signer
from newsletter.errors import BadInput, TokenError
from newsletter.transaction import transaction
from newsletter.web import known
from newsletter.web.desk.forms import DeskForm
from newsletter.web.desk.said import _
from newsletter.web.extensions import csrf, limiter
from newsletter.web.headers import keep_private
from newsletter.web.languages import follow_reader
from newsletter.web.origin import origin

Answer = str | Response | tuple[str, int]


class ChosenForm(DeskForm):
    """A first password."""

    password = PasswordField(_l("Kies een wachtwoord"))


def open_entrance() -> Blueprint:
    """The one page of the desk that opens by a mailed link alone."""
    room = Blueprint("invited", __name__)
    room.add_url_rule("/redactie/uitnodiging/<token>", "invitation", page,
                      methods=["GET", "POST"])
    room.after_request(keep_private)
    return room


def page(token: str) -> Answer:
    """GET shows a form; POST sets the password and goes on to the second factor.

    A link cannot be guessed, so only who has one meets a limit: her own (S03).
    """
    form = ChosenForm(formdata=request.form if request.method == "POST" else None)
    try:
        account = open_invitation(token, signer=signer(), now=clock.now())
        follow_reader(account.language)
        if request.method != "POST":
            return _show(form, token)
        with limiter.limit("60 per hour", key_func=lambda: f"invitation {account.id}"):
            return _take(form, token)
    except TokenError:
        return render_template("pages/security/no_invitation.html"), 410


def _take(form: ChosenForm, token: str) -> Answer:
    try:
        csrf.protect()
    except CSRFError:
        form.password.errors = (_("Deze pagina stond lang open. Kies je wachtwoord opnieuw."),)
        return _show(form, token), 400
    now = clock.now()
    try:
        with transaction():
            account = take_invitation(token, form.password.data or "", signer=signer(), now=now)
            end_sessions(account.id, now=now)
            record("take_invitation", f"account:{account.id}", now=now, account_id=account.id,
                   origin=origin())
    except BadInput as fault:
        form.show_fault(fault)
        return _show(form, token), 400
    # Whoever was logged in here is not who was invited.
    if current_user.is_authenticated:
        logout_user()
    session.clear()
    known.remember(account)
    flash(_("Je wachtwoord is gekozen. Log nu in; daarna stel je de tweede stap in."), "done")
    return redirect(url_for("security.login"), 303)


def _show(form: ChosenForm, token: str) -> str:
    return render_template("pages/security/invitation.html", form=form, token=token)
