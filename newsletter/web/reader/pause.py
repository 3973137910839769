"""A pause from the preference page: until a day that the reader types, and its end (W12)."""

from datetime import date

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField

from newsletter import clock
from newsletter.core import signer
from newsletter.errors import BadInput, BadMoment
from newsletter.subscribers.change import open_preferences
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from newsletter.subscribers.pause import is_paused, last_day, pause, resume
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction
from newsletter.web.kept import KeptForm, KeptPressForm
from newsletter.web.reader.forms import show_fault
from newsletter.web.typed import read_day

SOURCE = "/voorkeuren"


class PauseForm(KeptForm):
    """The day from which mail is welcome again."""

    until = StringField(_l("Vanaf welke dag wil je weer mail?"), id="until")

    def day(self) -> date:
        """The day that was typed. Raises BadInput at `until`."""
        try:
            return read_day(self.until.data or "", field="until")
        except BadMoment as fault:
            raise BadInput("until", "not_a_day") from fault


def begin(token: str) -> tuple[Subscription, PauseForm | None]:
    """Pause from now on; the form comes back when something is wrong with it.

    What is wrong is said at its field. A subscription that is not active is left as it is.
    """
    now = clock.now()
    form = PauseForm(request.form, bound_to=token)
    is_good = form.validate()
    try:
        with transaction():
            subscription = open_preferences(token, signer=signer(), now=now)
            if is_good and subscription.status is SubscriptionStatus.ACTIVE:
                pause(subscription, form.day(), proof=Proof("preference_page", SOURCE), now=now)
    except BadInput as fault:
        show_fault(form, fault)
        return open_preferences(token, signer=signer(), now=now), form
    return subscription, None if is_good else form


def end(token: str) -> tuple[Subscription, KeptPressForm | None]:
    """End the pause now; the form comes back when it was not sent by our page."""
    now = clock.now()
    form = KeptPressForm(request.form, bound_to=token)
    is_good = form.validate()
    with transaction():
        subscription = open_preferences(token, signer=signer(), now=now)
        if is_good:
            resume(subscription, proof=Proof("preference_page", SOURCE), now=now)
    return subscription, None if is_good else form


def done(token: str, what: str) -> Response:
    """To the page that says so; `what` is `begin` or `end`."""
    return redirect(url_for("reader.preferences", token=token, pauze=what), 303)


def shown(subscription: Subscription) -> dict[str, object]:
    """What the page shows of a pause: until when, the last possible day, and what was just done."""
    now = clock.now()
    until = subscription.paused_until if is_paused(subscription, now=now) else None
    said = request.args.get("pauze")
    return {
        "paused_until": until,
        "last_pause_day": last_day(now),
        "just_paused": said == "begin" and until is not None,
        "just_resumed": said == "end" and until is None,
    }
