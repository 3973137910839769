"""After leaving: the page that says what stopped, and only then what she may have instead (W03)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.subscribers.change import open_preferences
from newsletter.subscribers.leave import open_leave
from newsletter.subscribers.models import EndReason, Subscription, SubscriptionStatus
from newsletter.web.forgery import ReaderForm
from newsletter.web.kept import KeptPressForm
from newsletter.web.languages import follow_reader
from newsletter.web.reader.choices_shown import receives
from newsletter.web.reader.forms import PressForm
from newsletter.web.reader.offers import (
    KeptUndoForm,
    Undo,
    UndoForm,
    find_undo,
)
from newsletter.web.reader.reasons import KeptReasonForm, ReasonForm


@dataclass(frozen=True)
class Door:
    """The mailed link that a leaver came by: where its buttons post to, and which forms they take.

    Behind the unsubscribe link no form needs a cookie (W02, W11).
    """

    token: str
    source: str
    open: Callable[[], Subscription]
    stop_at: str
    undo_at: str
    reason_at: str
    choices_at: str
    press_form: type[ReaderForm]
    undo_form: type[UndoForm] | type[KeptUndoForm]
    reason_form: type[ReasonForm] | type[KeptReasonForm]

    def find_undo(self, subscription: Subscription) -> Undo | None:
        """What `pages/reader/_undo.html` shows; None when there is nothing to take back."""
        now = clock.now()
        form = self.undo_form(bound_to=self.token)
        return find_undo(subscription, action=self.undo_at, form=form, now=now)


def by_leave_link(token: str) -> Door:
    """The door behind an unsubscribe link, which stands in every mail for ever."""
    return Door(
        token=token,
        source="/afmelden",
        open=lambda: open_leave(token, signer=signer(), now=clock.now())[0],
        stop_at=url_for("reader.leave", token=token),
        undo_at=url_for("reader.undo_leaving", token=token),
        reason_at=url_for("reader.leaving_reason", token=token),
        choices_at=url_for("reader.ask_link"),
        press_form=PressForm,
        undo_form=UndoForm,
        reason_form=ReasonForm,
    )


def by_manage_link(token: str) -> Door:
    """The door behind the link to her choices."""
    return Door(
        token=token,
        source="/voorkeuren",
        open=lambda: open_preferences(token, signer=signer(), now=clock.now()),
        stop_at=url_for("reader.stop", token=token),
        undo_at=url_for("reader.undo_stop", token=token),
        reason_at=url_for("reader.stop_reason", token=token),
        choices_at=url_for("reader.preferences", token=token),
        press_form=KeptPressForm,
        undo_form=KeptUndoForm,
        reason_form=KeptReasonForm,
    )


def show_left(
    subscription: Subscription,
    door: Door,
    *,
    is_done: bool = False,
    refused: ReaderForm | None = None,
    thanked: bool = False,
) -> str:
    """The page: what stopped, what is left, the undo, the offers and the question why.

    `is_done` just after the button; `refused` is a form of this page that came back, `thanked`
    just after she gave a reason.
    """
    follow_reader(subscription.language)
    return render_template(
        "pages/reader/left.html",
        address=masked(subscription),
        receives=receives(subscription),
        form=door.press_form(bound_to=door.token),
        again=door.stop_at,
        choices_at=door.choices_at,
        undo=door.find_undo(subscription),
        reason=_reason_of(subscription, door, refused),
        is_done=is_done,
        refused=refused,
        thanked=thanked,
    )


def masked(subscription: Subscription) -> str:
    """The address as a stranger may see it; empty when we no longer hold it."""
    address = subscription.subscriber.address
    return addresses.mask(address) if address else ""


def _reason_of(
    subscription: Subscription, door: Door, refused: ReaderForm | None
) -> dict[str, Any] | None:
    """The question why, for who ended it all by a choice of her own and is still known to us."""
    asked = (
        subscription.status is SubscriptionStatus.ENDED
        and subscription.ended_reason in (EndReason.UNSUBSCRIBED, EndReason.NOTHING_CHOSEN)
        and subscription.subscriber.address is not None
    )
    if not asked:
        return None
    is_back = isinstance(refused, ReasonForm | KeptReasonForm)
    form = refused if is_back else door.reason_form(bound_to=door.token)
    return {"action": door.reason_at, "form": form}
