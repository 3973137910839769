"""Come back: a leaver takes it back, or takes less instead, by a button behind her own link."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import signer
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.pause import is_paused
from newsletter.subscribers.undo import Instead, undo_leaving
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from newsletter.web.languages import follow_reader
from newsletter.web.reader.choices_shown import facts_of
from newsletter.web.reader.left import Door, by_leave_link, by_manage_link, show_left
from newsletter.web.reader.offers import Wish, wish_of

Answer = str | Response | tuple[str, int]


def by_leaving(token: str) -> Answer:
    """POST /afmelden/<token>/terug: with the unsubscribe link. Raises NothingToUndo."""
    return _come_back(by_leave_link(token), _choices_of)


def by_choices(token: str) -> Answer:
    """POST /voorkeuren/<token>/terug: with the link to her choices. Raises NothingToUndo."""
    door = by_manage_link(token)
    return _come_back(door, lambda _: door.choices_at)


def _come_back(door: Door, choices_of: Callable[[Subscription], str]) -> Answer:
    now = clock.now()
    form = door.undo_form(request.form, bound_to=door.token)
    if not form.validate():
        return show_left(door.open(), door, refused=form), 400
    wish = wish_of(request.form.get("instead"))
    is_pause = wish is Wish.PAUSE
    with transaction():
        subscription = door.open()
        follow_reader(subscription.language)
        is_mailed = undo_leaving(
            subscription,
            instead=Instead.AS_IT_WAS if wish is Wish.THEMES else Instead(wish.value),
            until=form.day(now) if is_pause else None,
            wording_id=form.shown_wording_id,
            signer=signer(),
            source_page=door.source,
            now=now,
        )
    choices_at = choices_of(subscription)
    if wish is Wish.THEMES and choices_at:
        return redirect(choices_at, 303)
    return render_template(
        "pages/reader/returned.html",
        is_mailed=is_mailed,
        choices_at=choices_at,
        paused_until=subscription.paused_until if is_paused(subscription, now=now) else None,
        **facts_of(subscription),
    )


def _choices_of(subscription: Subscription) -> str:
    """Her choices, or nothing when her address changed once.

    The unsubscribe link in mail to the old address works for ever, but may not open what the
    change of address closed (W12); the mail that follows holds the link.
    """
    if subscription.link_nonce:
        return ""
    manage = signer().make(
        Purpose.MANAGE, subscription.subscriber_id, nonce=subscription.link_nonce
    )
    return url_for("reader.preferences", token=manage)
