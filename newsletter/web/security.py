"""Who may enter the desk: logins by Flask-Security-Too, sessions that end, limits on guessing."""

from datetime import timedelta
from typing import Any

from flask import Flask, g, render_template, request
from flask_login import user_logged_in
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    tf_profile_changed,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import relationship

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.accounts.end_sessions import end_other_sessions
from newsletter.accounts.models import Account, Role, account_roles
from newsletter.accounts.queries import find_account_by_email
from newsletter.accounts.session_queries import IDLE
from newsletter.config import Settings
from newsletter.extensions import db
from newsletter.transaction import transaction
from newsletter.web import known, passkeys, second_factor, sessions
from newsletter.web.guard.admit import busy
from newsletter.web.login_form import HELD, DeskLoginForm
from newsletter.web.origin import origin


class PersonRole(db.Model, RoleMixin):  # type: ignore[name-defined, misc]
    """A row of `roles` as the login machinery sees it."""

    __table__ = Role.__table__


class Person(db.Model, UserMixin):  # type: ignore[name-defined, misc]
    """A row of `accounts` as the login machinery sees it; workers know only `Account`."""

    __table__ = Account.__table__
    roles = relationship(PersonRole, secondary=account_roles, viewonly=True, lazy="selectin")


# The login machinery takes a used recovery code out of the list itself.
MutableList.associate_with_attribute(Person.mf_recovery_codes)  # type: ignore[arg-type]


def init_app(app: Flask) -> None:
    """Bind the logins. The names of cookies and pages follow the settings."""
    settings: Settings = app.config["SETTINGS"]
    is_https = settings.public_url.startswith("https://")
    app.config.update(
        # `Secure` cookies do not travel over http on loopback, hence the other name there.
        SESSION_COOKIE_NAME="__Host-desk" if is_https else "desk",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=IDLE,
        # A form's token lives as long as its session: a long editorial must not expire before it.
        WTF_CSRF_TIME_LIMIT=None,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a method
        # As accounts/passwords.py makes them: no second keyed hash around argon2id.
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SALT="unused",  # noqa: S106 - for that second hash
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKD",  # noqa: S106 - Unicode
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_REGISTERABLE=False,
        SECURITY_RECOVERABLE=False,
        SECURITY_CHANGEABLE=False,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_STATIC_FOLDER=None,
        # Its own default is written as `no-store=True`, which no cache knows (RFC 9111 §5.2).
        SECURITY_CACHE_CONTROL={"no-store": None},
        SECURITY_LOGIN_URL="/redactie/inloggen",
        SECURITY_LOGOUT_METHODS=None,  # the desk has its own button, with a form token
        SECURITY_FRESHNESS=timedelta(seconds=-1),  # no page asks for the password again
        SECURITY_POST_LOGIN_VIEW="/redactie/",
        SECURITY_POST_LOGOUT_VIEW="/redactie/inloggen",
        SECURITY_LOGIN_USER_TEMPLATE="pages/security/login.html",
    )
    datastore = SQLAlchemyUserDatastore(db, Person, PersonRole)
    second_factor.configure(app)
    security = Security(
        app, datastore, login_form=DeskLoginForm, totp_cls=second_factor.DeskTotp,
        mf_recovery_codes_util_cls=second_factor.DeskRecoveryCodes,
    )
    security.want_json(lambda _request: False)  # its refusals in JSON would pass unseen
    security.tf_token_validation_context_processor(passkeys.for_login)
    _limit_guessing(app)
    second_factor.guard(app, refuse=_record_refused_code)
    tf_profile_changed.connect(_end_others, app)
    user_logged_in.connect(_begin_session, app)


def _begin_session(app: Flask, user: Person, **_: Any) -> None:
    sessions.begin(user.id)
    known.remember(db.session.get_one(Account, user.id))
    record("log_in", f"account:{user.id}", now=clock.now(), account_id=user.id, origin=origin())


def _limit_guessing(app: Flask) -> None:
    """Tell how who guesses is slowed down: `DeskLoginForm` asks the door (S03)."""
    login = app.view_functions["security.login"]

    def limited() -> Any:
        try:
            answer = login()
        except CSRFError:
            return _again(), 400
        if request.method != "POST" or not isinstance(answer, str):
            return answer
        held = g.pop(HELD, None)
        if held:
            return busy(answer, held)
        _record_refusal()
        return answer, 400

    app.view_functions["security.login"] = limited


def _again() -> str:
    """The form once more for whose page stood open until its token was old; no password is seen."""
    form = DeskLoginForm(formdata=None)
    form.email.data, form.is_old = request.form.get("email", ""), True
    return render_template("pages/security/login.html", login_user_form=form)


def _record_refusal() -> None:
    """Keep that somebody was not let in: of which account, and never what was typed."""
    account = find_account_by_email(request.form.get("email", "").replace("\0", ""))
    subject = f"account:{account.id if account else 'unknown'}"
    with transaction():
        record("log_in_refused", subject, now=clock.now(), actor="stranger", origin=origin())


def _record_refused_code(act: str) -> None:
    """Keep that a second factor was not taken, of whom the password was right."""
    account = second_factor.half_in()
    with transaction():
        record(act, f"account:{account.id if account else 'unknown'}", now=clock.now(),
               actor="stranger", origin=origin())


def _end_others(app: Flask, user: Person, **_: Any) -> None:
    """Another second factor ends the sessions that began under the one before (S04)."""
    now, at_hand = clock.now(), sessions.session_at_hand(user.id)
    if at_hand is not None:
        end_other_sessions(user.id, but=at_hand.id, now=now)
    record("change_second_factor", f"account:{user.id}", now=now, account_id=user.id,
           origin=origin())
