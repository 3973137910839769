"""Leave: the page behind the unsubscribe link, its buttons, and one click by the mail program."""

from flask import Response, render_template, request

from newsletter import clock
from newsletter.core import signer
from newsletter.subscribers.leave import Leaving, leave, open_leave
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction
from newsletter.web.forgery import is_one_click
from newsletter.web.languages import follow_reader
from newsletter.web.reader.choices_shown import receives
from newsletter.web.reader.forms import PressForm
from newsletter.web.reader.left import by_leave_link, masked, show_left

SOURCE = "/afmelden"


def page(token: str) -> str:
    """GET /afmelden/<token>: names the address and what will happen; changes nothing (W01)."""
    subscription, what = open_leave(token, signer=signer(), now=clock.now())
    return _show(subscription, what, PressForm(bound_to=token), token)


def post(token: str) -> str | Response | tuple[str, int]:
    """POST /afmelden/<token>: from the page's buttons, or in one click (RFC 8058 §3.1).

    The effect comes before the answer, which is 200 and no redirect (W02). Safe to repeat.
    """
    if is_one_click():
        _leave(token, None, means="one_click_post")
        return Response("OK\n", content_type="text/plain; charset=utf-8")
    form = PressForm(request.form, bound_to=token)
    if not form.validate():
        subscription, kind = open_leave(token, signer=signer(), now=clock.now())
        return _show(subscription, kind, form, token), 400
    everything = request.form.get("what") != "this"
    subscription = _leave(
        token, Leaving.ALL if everything else None, means="mailed_link_post"
    )
    return show_left(subscription, by_leave_link(token), is_done=True)


def _leave(token: str, what: Leaving | None, *, means: str) -> Subscription:
    """Leave `what`, or the kind of mail that the link stood in."""
    now = clock.now()
    with transaction():
        subscription, kind = open_leave(token, signer=signer(), now=now)
        leave(subscription, what or kind, proof=Proof(means, SOURCE), now=now)
    return subscription


def _show(subscription: Subscription, what: Leaving, form: PressForm, token: str) -> str:
    """What there is to stop; of someone who has stopped it all, how that stands."""
    gets = receives(subscription)
    door = by_leave_link(token)
    if not gets.editions and not gets.digests:
        return show_left(subscription, door, refused=form if form.errors else None)
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/leave.html",
        form=form,
        token=token,
        what=what.value,
        address=masked(subscription),
        receives=gets,
        undo=door.find_undo(subscription),
    )
