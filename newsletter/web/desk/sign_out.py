"""Leave the desk."""

from flask import redirect, session, url_for
from flask_security import current_user, logout_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.accounts.end_sessions import end_session
from newsletter.web.desk.acts import recorded
from newsletter.web.sessions import session_at_hand


def post() -> Response:
    """POST /redactie/uitloggen: the session ends here and now, and with it any copy of it (S04)."""
    account_id = current_user.id
    found = session_at_hand(account_id)
    with recorded("log_out", f"account:{account_id}"):
        if found is not None:
            end_session(found.id, account_id=account_id, now=clock.now())
    logout_user()
    session.clear()
    return redirect(url_for("security.login"), 303)
