"""Recovery codes: how somebody comes in whose app is not at hand."""

from flask import current_app, render_template
from flask_security import current_user

from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import PressForm


def page() -> str:
    """GET /redactie/mijn-account/herstelcodes: how many are left, and a button for new ones."""
    return _show([])


def make() -> str:
    """POST /redactie/mijn-account/herstelcodes: new codes, shown once; the old ones end."""
    codes = current_app.extensions["security"].mf_recovery_codes_util
    with recorded("make_recovery_codes", f"account:{current_user.id}"):
        made: list[str] = codes.create_recovery_codes(current_user)
    return _show(made)


def _show(made: list[str]) -> str:
    return render_template(
        "pages/desk/recovery_codes.html",
        made=made,
        codes_left=len(current_user.mf_recovery_codes or ()),
        press=PressForm(formdata=None),
    )
