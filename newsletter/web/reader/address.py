"""Another address: a page with a button for the new side, and one for the old side to undo it."""

from collections.abc import Callable

from flask import render_template, request, url_for

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.errors import TokenExpired, TokenSuperseded
from newsletter.subscribers.change_address import (
    confirm_change,
    look_up_change,
    look_up_undo,
    undo_change,
)
from newsletter.subscribers.models import AddressChange, Subscription
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from newsletter.web.languages import follow_reader
from newsletter.web.reader.forms import PressForm

Answer = str | tuple[str, int]


def page(token: str) -> Answer:
    """GET /adres/<token>: shows which address would take which one's place; changes nothing."""
    return _or_why_not("confirm", lambda: _show(token, PressForm(bound_to=token)))


def post(token: str) -> Answer:
    """POST /adres/<token>: from now on mail goes to the new address. Safe to repeat.

    Raises AddressTaken.
    """
    return _or_why_not("confirm", lambda: _confirm(token))


def undo_page(token: str) -> Answer:
    """GET /adres/terug/<token>: shows which address would come back; changes nothing."""
    return _or_why_not("undo", lambda: _show_undo(token, PressForm(bound_to=token)))


def undo_post(token: str) -> Answer:
    """POST /adres/terug/<token>: mail goes to the old address again. Safe to repeat.

    Raises AddressTaken.
    """
    return _or_why_not("undo", lambda: _undo(token))


def _confirm(token: str) -> Answer:
    form = PressForm(request.form, bound_to=token)
    if not form.validate():
        return _show(token, form), 400
    now = clock.now()
    with transaction():
        change, before = look_up_change(token, signer=signer(), now=now)
        follow_reader(before.language)
        subscription = confirm_change(token, signer=signer(), now=now)
    template = "pages/reader/address_confirmed.html"
    return _done(template, change, subscription, holds=change.new_address)


def _undo(token: str) -> Answer:
    form = PressForm(request.form, bound_to=token)
    if not form.validate():
        return _show_undo(token, form), 400
    now = clock.now()
    with transaction():
        change, before = look_up_undo(token, signer=signer(), now=now)
        follow_reader(before.language)
        subscription = undo_change(token, signer=signer(), now=now)
    template = "pages/reader/address_undone.html"
    return _done(template, change, subscription, holds=change.old_address)


def _show(token: str, form: PressForm) -> str:
    change, subscription = look_up_change(token, signer=signer(), now=clock.now())
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/confirm_address.html",
        form=form,
        token=token,
        present=_mask(subscription.subscriber.address),
        new=_mask(change.new_address),
        is_done=change.confirmed_at is not None,
    )


def _show_undo(token: str, form: PressForm) -> str:
    change, subscription = look_up_undo(token, signer=signer(), now=clock.now())
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/undo_address.html",
        form=form,
        token=token,
        present=_mask(subscription.subscriber.address),
        old=_mask(change.old_address),
        is_done=change.undone_at is not None,
    )


def _done(
    template: str, change: AddressChange, subscription: Subscription, *, holds: str | None
) -> str:
    """The page after the button; it leads on to the choices of whoever we write to now.

    `holds` is the mailbox that the presser proved to hold: after a later change it is not hers.
    """
    present = subscription.subscriber.address
    manage = signer().make(
        Purpose.MANAGE, subscription.subscriber_id, nonce=subscription.link_nonce
    )
    return render_template(
        template,
        present=_mask(present),
        old=_mask(change.old_address),
        manage=url_for("reader.preferences", token=manage) if present == holds else "",
    )


def _or_why_not(side: str, answer: Callable[[], Answer]) -> Answer:
    """The answer, or a page in her language that says why the link of that side does so no longer.
    """
    try:
        return answer()
    except (TokenExpired, TokenSuperseded) as dead:
        reason = "expired" if isinstance(dead, TokenExpired) else "superseded"
        follow_reader(dead.language)
    return render_template("pages/reader/address_too_late.html", side=side, reason=reason), 410


def _mask(address: str | None) -> str:
    return addresses.mask(address) if address else ""
