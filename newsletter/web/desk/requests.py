"""Requests under the AVG: what is to be handled, what was, and one of them."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask_security import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.errors import BadInput
from newsletter.subscribers import details as said
from newsletter.subscribers.extend_request import MONTHS
from newsletter.subscribers.find_reader import get_reader
from newsletter.subscribers.handle_request import handle_request
from newsletter.subscribers.models import SubscriptionStatus
from newsletter.subscribers.open_request import open_request
from newsletter.subscribers.request_models import DataRequest, DataRequestKind, RequestOutcome
from newsletter.subscribers.request_queries import get_request, handled_requests, open_requests
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.reader_words import masked
from newsletter.web.desk.request_forms import (
    CloseForm,
    CorrectForm,
    EraseForm,
    ExtendForm,
    OpenForm,
    StopForm,
)
from newsletter.web.desk.request_words import ARTICLES, KINDS, letter_of, term_of
from newsletter.web.desk.said import _
from newsletter.web.typed import read_day

SHELF = 100


def shelf() -> str:
    """GET /redactie/verzoeken: the open ones by their last day, and those that were handled."""
    return _shelf(OpenForm(formdata=None))


def add() -> Response | tuple[str, int]:
    """POST /redactie/verzoeken: a request of somebody who is no reader of ours."""
    form = OpenForm(request.form)
    try:
        return opened(form, subscriber_id=None)
    except BadInput as fault:
        form.show_fault(fault)
        return _shelf(form), 400


def opened(form: OpenForm, *, subscriber_id: int | None) -> Response:
    """Open what the form says and go to its page. Raises BadInput at one of its fields."""
    if (form.kind.data or "") not in set(DataRequestKind):
        raise BadInput("kind", "not_chosen")
    kind = DataRequestKind(form.kind.data)
    received_on = read_day(form.received_on.data or "", field="received_on")
    with recorded("open_request", "request:new", kind=kind.value) as act:
        made = open_request(kind, subscriber_id=subscriber_id, received_on=received_on,
                            account_id=current_user.id, now=clock.now())
        act.subject = f"request:{made.id}"
        act.details |= {"subscriber": subscriber_id, "due_on": made.due_on.isoformat()}
        request_id = made.id
    flash(_("Verzoek geopend. Handel het op tijd af."), "done")
    return redirect(url_for("desk.request", request_id=request_id), 303)


def page(request_id: int) -> str:
    """GET /redactie/verzoeken/<id>: what was asked, and the deeds with which to handle it."""
    return show(get_request(request_id))


def close(request_id: int) -> Response | tuple[str, int]:
    """POST /redactie/verzoeken/<id>: say how it was handled, without a deed of ours.

    Raises WrongState when it was handled already.
    """
    form = CloseForm(request.form)
    try:
        outcome = _outcome_of(form)
        with recorded("handle_request", f"request:{request_id}", outcome=outcome.value):
            handle_request(get_request(request_id, lock=True), outcome, now=clock.now(),
                           note=form.note.data or "", account_id=current_user.id)
    except BadInput as fault:
        form.show_fault(fault)
        return show(get_request(request_id), closing=form), 400
    flash(_("Afgehandeld."), "done")
    return redirect(url_for("desk.request", request_id=request_id), 303)


def show(
    found: DataRequest,
    *,
    closing: CloseForm | None = None,
    erasing: EraseForm | None = None,
    stopping: StopForm | None = None,
    correcting: CorrectForm | None = None,
    extending: ExtendForm | None = None,
) -> str:
    """The page of a request, with the form that was refused in the place of an empty one."""
    subscription = get_reader(found.subscriber_id) if found.subscriber_id else None
    held = said.as_record(said.of(subscription.subscriber)) if subscription else {}
    # Each form has names of its own on the page, so that a summary can lead to its fields.
    forms: dict[str, Any] = {
        "closing": closing or CloseForm(formdata=None),
        "extending": extending or ExtendForm(formdata=None),
        "erasing": erasing or EraseForm(formdata=None),
        "stopping": stopping or StopForm(formdata=None),
        "correcting": correcting or CorrectForm(
            formdata=None, data={name: value or "" for name, value in held.items()}),
    }
    refused = next((form for form in (closing, erasing, stopping, correcting, extending)
                    if form), None)
    today = clock.local(clock.now()).date()
    language = subscription.language.value if subscription else "nl"
    return render_template(
        "pages/desk/request.html",
        asked=found,
        may_extend=found.handled_at is None and found.extended_at is None and today <= found.due_on,
        extended_to=clock.add_months(found.received_on, MONTHS),
        letter=letter_of(found, language=language) if found.extended_at else "",
        letter_language=language,
        kind=str(KINDS[found.kind]),
        article=str(ARTICLES[found.kind]),
        term=term_of(found, today=today),
        subscription=subscription,
        masked=masked(subscription) if subscription else "",
        is_active=bool(subscription and subscription.status is SubscriptionStatus.ACTIVE),
        is_late=bool(found.handled_at and clock.local(found.handled_at).date() > found.due_on),
        refused=refused,
        **forms,
    )


def _outcome_of(form: CloseForm) -> RequestOutcome:
    """What was chosen; that somebody was erased is said by that deed alone."""
    chosen = form.outcome.data or ""
    if chosen not in set(RequestOutcome) or chosen == RequestOutcome.ERASED:
        raise BadInput("outcome", "unknown")
    return RequestOutcome(chosen)


def _shelf(form: OpenForm) -> str:
    today = clock.local(clock.now()).date()
    return render_template(
        "pages/desk/requests.html",
        form=form,
        helps={kind.value: words for kind, words in ARTICLES.items()},
        waiting=[(one, str(KINDS[one.kind]), term_of(one, today=today))
                 for one in open_requests(at_most=SHELF)],
        handled=[(one, str(KINDS[one.kind]), term_of(one, today=today))
                 for one in handled_requests(at_most=SHELF)],
    )
