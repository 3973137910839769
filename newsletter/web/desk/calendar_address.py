"""One's own calendar address: see it, and renew it when somebody else got to know it."""

from flask import flash, redirect, render_template, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter.accounts.renew_calendar import renew_calendar
from newsletter.web.calendar import address_of
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import PressForm
from newsletter.web.desk.said import _


def page() -> str:
    """GET /redactie/agenda: the address, to copy into one's own calendar."""
    return render_template(
        "pages/desk/calendar_address.html",
        address=address_of(current_user.id, current_user.calendar_nonce),
        press=PressForm(formdata=None),
    )


def renew() -> Response:
    """POST /redactie/agenda: another address; the present one ends at once."""
    with recorded("renew_calendar", f"account:{current_user.id}"):
        renew_calendar(current_user.id)
    flash(_("Je hebt een nieuw adres. Het oude werkt niet meer."), "done")
    return redirect(url_for("desk.calendar"), 303)
