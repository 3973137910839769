"""One's own account: the password, the second factor, and the sessions that are open."""

from flask import flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import PasswordField

from newsletter import clock
from newsletter.accounts.change_password import change_password
from newsletter.accounts.end_sessions import end_other_sessions, end_session
from newsletter.accounts.models import Account, AccountSession
from newsletter.accounts.passkey_queries import count_passkeys
from newsletter.accounts.session_queries import open_sessions
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.web import known
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm, PressForm
from newsletter.web.desk.said import _
from newsletter.web.extensions import limiter
from newsletter.web.sessions import session_at_hand, stay

Answer = str | Response | tuple[str, int]


class PasswordForm(DeskForm):
    """The password as it is, and as it will be."""

    present = PasswordField(_l("Je wachtwoord nu"))
    password = PasswordField(_l("Nieuw wachtwoord"))


def page() -> str:
    """GET /redactie/mijn-account: everything about it."""
    return _show(PasswordForm(formdata=None))


def save() -> Answer:
    """POST /redactie/mijn-account: another password; other sessions end."""
    form = PasswordForm()
    account_id, at_hand = current_user.id, _at_hand()
    try:
        with (
            limiter.limit("10 per 5 minutes", key_func=lambda: f"password {account_id}"),
            recorded("change_password", f"account:{account_id}"),
        ):
            account = db.session.get_one(Account, account_id)
            change_password(account, present=form.present.data or "",
                            password=form.password.data or "")
            end_other_sessions(account_id, but=at_hand.id, now=clock.now())
            renewed = account.fs_uniquifier
    except BadInput as fault:
        if fault.field == "present":
            with recorded("change_password_refused", f"account:{account_id}"):
                pass
        form.show_fault(fault)
        return _show(form), 400
    stay(renewed)
    known.remember(db.session.get_one(Account, account_id))
    flash(_("Je wachtwoord is gewijzigd. Je andere sessies zijn beëindigd."), "done")
    return redirect(url_for("desk.account"), 303)


def renew() -> Response:
    """POST /redactie/mijn-account/tweede-stap: to the page that sets up another app."""
    return redirect(url_for("security.two_factor_setup"), 303)


def end_one(session_id: int) -> Response:
    """POST /redactie/mijn-account/sessies/<id>: that session ends; of one's own only."""
    account_id = current_user.id
    with recorded("end_session", f"account:{account_id}"):
        end_session(session_id, account_id=account_id, now=clock.now())
    flash(_("Die sessie is beëindigd."), "done")
    return redirect(url_for("desk.account"), 303)


def end_others() -> Response:
    """POST /redactie/mijn-account/sessies: all sessions end but this one."""
    account_id, at_hand = current_user.id, _at_hand()
    with recorded("end_sessions", f"account:{account_id}"):
        end_other_sessions(account_id, but=at_hand.id, now=clock.now())
    flash(_("Je andere sessies zijn beëindigd."), "done")
    return redirect(url_for("desk.account"), 303)


def _at_hand() -> AccountSession:
    found = session_at_hand(current_user.id)
    assert found is not None  # the room lets nobody in without one
    return found


def _show(form: PasswordForm) -> str:
    return render_template(
        "pages/desk/account.html",
        form=form,
        person=current_user,
        passkeys=count_passkeys(current_user.id),
        codes_left=len(current_user.mf_recovery_codes or ()),
        sessions=open_sessions(current_user.id, now=clock.now()),
        at_hand=_at_hand(),
        press=PressForm(formdata=None),
    )
