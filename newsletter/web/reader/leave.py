"""Leave: the page behind the unsubscribe link, its buttons, and one click by the mail program."""

from flask import Response, render_template, request, url_for

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.subscribers.leave import Leaving, leave, open_leave
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction
from newsletter.web.forgery import is_one_click
from newsletter.web.languages import follow_reader
from newsletter.web.reader.choices_shown import receives
from newsletter.web.reader.forms import PressForm

SOURCE = "/afmelden"


def page(token: str) -> str:
    """GET /afmelden/<token>: names the address and the kind of mail; changes nothing (W01)."""
    subscription, what = open_leave(token, signer=signer(), now=clock.now())
    return _show(subscription, what, PressForm(bound_to=token))


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
        return _show(subscription, kind, form), 400
    everything = request.form.get("what") != "this"
    subscription = _leave(
        token, Leaving.ALL if everything else None, means="mailed_link_post"
    )
    return show_left(
        subscription,
        again=url_for("reader.leave", token=token),
        choices_at=url_for("reader.ask_link"),
        token=token,
    )


def show_left(subscription: Subscription, *, again: str, choices_at: str, token: str) -> str:
    """The page after leaving: what stopped, what is left, and a button for that too (W03)."""
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/left.html",
        address=_masked(subscription),
        receives=receives(subscription),
        form=PressForm(bound_to=token),
        again=again,
        choices_at=choices_at,
    )


def _leave(token: str, what: Leaving | None, *, means: str) -> Subscription:
    """Leave `what`, or the kind of mail that the link stood in."""
    now = clock.now()
    with transaction():
        subscription, kind = open_leave(token, signer=signer(), now=now)
        leave(subscription, what or kind, proof=Proof(means, SOURCE), now=now)
    return subscription


def _show(subscription: Subscription, what: Leaving, form: PressForm) -> str:
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/leave.html",
        form=form,
        token=(request.view_args or {})["token"],
        what=what.value,
        address=_masked(subscription),
        receives=receives(subscription),
    )


def _masked(subscription: Subscription) -> str:
    """The address as a stranger may see it; empty when we no longer hold it."""
    address = subscription.subscriber.address
    return addresses.mask(address) if address else ""
