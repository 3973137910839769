"""Say why: a leaver's reason, when she wants to give one; the last word counts."""

from flask import request

from newsletter.subscribers.models import LeavingReason
from newsletter.subscribers.say_reason import say_reason
from newsletter.transaction import transaction
from newsletter.web.languages import follow_reader
from newsletter.web.reader.left import Door, by_leave_link, by_manage_link, show_left

Answer = str | tuple[str, int]


def by_leaving(token: str) -> Answer:
    """POST /afmelden/<token>/reden: with the unsubscribe link. Raises WrongState after a return."""
    return _say(by_leave_link(token))


def by_choices(token: str) -> Answer:
    """POST /voorkeuren/<token>/reden: with the link to her choices. Raises WrongState."""
    return _say(by_manage_link(token))


def _say(door: Door) -> Answer:
    form = door.reason_form(request.form, bound_to=door.token)
    if not form.validate():
        return show_left(door.open(), door, refused=form), 400
    with transaction():
        subscription = door.open()
        follow_reader(subscription.language)
        say_reason(subscription, LeavingReason(form.reason.data))
    return show_left(subscription, door, thanked=True)
