"""From the preference page to one's own data: a fresh link by mail, since mails are forwarded."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.subscribers.change import open_preferences
from newsletter.subscribers.models import SubscriptionStatus
from newsletter.subscribers.send_link import request_fresh_link
from newsletter.transaction import transaction
from newsletter.web.kept import KeptPressForm
from newsletter.web.languages import follow_reader


def page(token: str) -> str:
    """GET /voorkeuren/<token>/mijn-gegevens: the button, or what to do after it was pressed."""
    return _show(token, KeptPressForm(bound_to=token), is_sent="verstuurd" in request.args)


def post(token: str) -> Response | tuple[str, int]:
    """POST /voorkeuren/<token>/mijn-gegevens: mail the link; the answer is always the same."""
    now = clock.now()
    form = KeptPressForm(request.form, bound_to=token)
    if not form.validate():
        return _show(token, form, is_sent=False), 400
    with transaction():
        subscription = open_preferences(token, signer=signer(), now=now)
        if subscription.status is not SubscriptionStatus.PENDING:
            request_fresh_link(subscription, now=now)
    follow_reader(subscription.language)
    return redirect(url_for("reader.fresh_link", token=token, verstuurd=1), 303)


def _show(token: str, form: KeptPressForm, *, is_sent: bool) -> str:
    subscription = open_preferences(token, signer=signer(), now=clock.now())
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/fresh_link.html",
        form=form,
        token=token,
        is_sent=is_sent,
        address=addresses.mask(subscription.subscriber.address or ""),
    )
