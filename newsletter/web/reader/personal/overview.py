"""One's own data on one page: who, which address, which mails, which consents, and what to do."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import signer
from newsletter.errors import BadInput
from newsletter.mailings.history import mails_of
from newsletter.subscribers.change_details import change_details
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from newsletter.subscribers.open_personal import open_personal
from newsletter.subscribers.queries import consents_of
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from newsletter.web.kept import KeptForm
from newsletter.web.reader.forms import show_fault
from newsletter.web.reader.personal.forms import (
    DetailsForm,
    NewAddressForm,
    details_as_they_stand,
)
from newsletter.web.reader.personal.opened import context_of, opened
from newsletter.web.reader.personal.said import shown_consents, shown_mail

NEWEST = 8  # mails on the overview; all of them have a page of their own


def page(token: str) -> str:
    """GET /mijn-gegevens/<token>: all we hold, in words; changes nothing."""
    return show(opened(token), token)


def post(token: str) -> str | Response | tuple[str, int]:
    """POST /mijn-gegevens/<token>: keep name, organisation and sector as typed."""
    subscription = opened(token)
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return show(subscription, token)
    form = DetailsForm(request.form, bound_to=token)
    if not form.validate():
        return show(subscription, token, details_form=form), 400
    try:
        with transaction():
            change_details(
                open_personal(token, signer=signer(), now=clock.now()), form.details()
            )
    except BadInput as fault:
        show_fault(form, fault)
        return show(opened(token), token, details_form=form), 400
    return redirect(url_for("reader.personal", token=token, bewaard=1), 303)


def show(subscription: Subscription, token: str, **refused: KeptForm) -> str:
    """The page; `refused` is the form that came back, by its name."""
    owed = mails_of(subscription.subscriber_id)
    forms: dict[str, Any] = {
        "details_form": details_as_they_stand(subscription, token),
        "address_form": NewAddressForm(bound_to=token),
        **refused,
    }
    return render_template(
        "pages/reader/personal/overview.html",
        refused=next(iter(refused.values()), None),
        saved="bewaard" in request.args and not refused,
        since=subscription.confirmed_at,
        mails=[shown_mail(mail) for mail in owed[:NEWEST]],
        number_of_mails=len(owed),
        consents=shown_consents(consents_of(subscription.subscriber_id)[::-1]),
        preferences=url_for("reader.preferences", token=_manage(subscription)),
        **forms,
        **context_of(subscription, token),
    )


def _manage(subscription: Subscription) -> str:
    """The link to her choices: whoever holds the fresh link holds the mailbox."""
    return signer().make(
        Purpose.MANAGE, subscription.subscriber_id, nonce=subscription.link_nonce
    )
