"""Leave the desk."""

from flask import redirect, session, url_for
from flask_security import current_user, logout_user
from werkzeug.wrappers import Response

from newsletter.accounts.end_sessions import end_sessions
from newsletter.web.desk.acts import recorded


def post() -> Response:
    """POST /redactie/uitloggen: the session ends here and now, and with it any copy of it.

    A session lives in its cookie alone, so all of the account's end: on other machines too (S04).
    """
    with recorded("log_out", f"account:{current_user.id}"):
        end_sessions(current_user.id)
    logout_user()
    session.clear()
    return redirect(url_for("security.login"), 303)
