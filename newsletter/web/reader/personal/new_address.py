"""Another address: asked here, confirmed at the new side, undone from the old one (W12)."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import signer
from newsletter.errors import BadInput
from newsletter.subscribers.change_address import ask_change, hold_new_side
from newsletter.subscribers.models import SubscriptionStatus
from newsletter.subscribers.open_personal import open_personal
from newsletter.transaction import transaction
from newsletter.web.reader.forms import show_fault
from newsletter.web.reader.personal.forms import NewAddressForm
from newsletter.web.reader.personal.opened import context_of, opened
from newsletter.web.reader.personal.overview import show


def page(token: str) -> str:
    """GET /mijn-gegevens/<token>/adres: what happens next; without a wish, the overview."""
    subscription = opened(token)
    if "gevraagd" not in request.args:
        return show(subscription, token)
    return render_template(
        "pages/reader/personal/address_asked.html", **context_of(subscription, token)
    )


def post(token: str) -> str | Response | tuple[str, int]:
    """POST /mijn-gegevens/<token>/adres: mail the new side; the answer never tells what it is."""
    now = clock.now()
    hold_new_side(request.form.get("address", ""))
    subscription = opened(token)
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return show(subscription, token)
    form = NewAddressForm(request.form, bound_to=token)
    if not form.validate():
        return show(subscription, token, address_form=form), 400
    try:
        with transaction():
            ask_change(
                open_personal(token, signer=signer(), now=now), form.address.data or "",
                signer=signer(), now=now,
            )
    except BadInput as fault:
        show_fault(form, fault)
        return show(opened(token), token, address_form=form), 400
    return redirect(url_for("reader.new_address", token=token, gevraagd=1), 303)
