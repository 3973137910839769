"""Leave the desk."""

from flask import redirect, session, url_for
from flask_security import current_user, logout_user
from werkzeug.wrappers import Response

from newsletter.web.desk.acts import recorded


def post() -> Response:
    """POST /redactie/uitloggen: the session ends here and now."""
    with recorded("log_out", f"account:{current_user.id}"):
        pass
    logout_user()
    session.clear()
    return redirect(url_for("security.login"), 303)
