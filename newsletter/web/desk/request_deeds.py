"""The house's own deeds with which a request is handled: a file, a correction, a stop, erasure."""

from flask import flash, request, url_for
from flask_security import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.erasures import Erasure, note_erasure
from newsletter.errors import BadInput, NotFound, WrongState
from newsletter.subscribers import details as said
from newsletter.subscribers.change_details import change_details
from newsletter.subscribers.erase import erase, forget_requests_of
from newsletter.subscribers.extend_request import extend_request
from newsletter.subscribers.find_reader import get_reader
from newsletter.subscribers.handle_request import handle_request
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.never_write import never_write_reader, stop_mails
from newsletter.subscribers.queries import find_subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.request_models import DataRequest, DataRequestKind, RequestOutcome
from newsletter.subscribers.request_queries import get_request
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.request_forms import CorrectForm, EraseForm, ExtendForm, StopForm
from newsletter.web.desk.requests import show
from newsletter.web.desk.said import _
from newsletter.web.reader.personal.export import file_of, packed

PROOF = Proof("desk_request", "desk")


def give(request_id: int) -> Response:
    """POST …/bestand: everything we hold about the reader, as the file she could fetch herself."""
    found = get_request(request_id)
    subscription = get_reader(_reader_of(found, DataRequestKind.ACCESS))
    now = clock.now()
    with recorded("export_reader", f"subscriber:{subscription.subscriber_id}",
                  request=request_id):
        body = packed(subscription, lang=subscription.language.value, now=now)
    return file_of(body, "application/zip", f"lezer-{found.subscriber_id}.zip")


def extend(request_id: int) -> Response | tuple[str, int]:
    """POST …/verlengen: two months more, once. Raises WrongState when that cannot be any more."""
    form = ExtendForm(request.form)
    try:
        with recorded("extend_request", f"request:{request_id}") as act:
            found = get_request(request_id, lock=True)
            extend_request(found, because=form.because.data or "", account_id=current_user.id,
                           now=clock.now())
            act.details["due_on"] = found.due_on.isoformat()
    except BadInput as fault:
        form.show_fault(fault)
        return show(get_request(request_id), extending=form), 400
    return _done(request_id, _("Verlengd. Stuur de lezer nu de brief hieronder."))


def correct(request_id: int) -> Response | tuple[str, int]:
    """POST …/verbeteren: name, organisation and sector. Raises WrongState unless active."""
    form = CorrectForm(request.form)
    try:
        details = said.read(name=form.name.data or "", organisation=form.organisation.data or "",
                            sector=form.sector.data or "")
        with recorded("correct_reader", f"request:{request_id}") as act:
            found = _locked(request_id, DataRequestKind.RECTIFICATION)
            subscription = _subscription_of(found)
            act.details |= {"subscriber": found.subscriber_id,
                            "changed": change_details(subscription, details)}
            _handle(found, RequestOutcome.CORRECTED)
    except BadInput as fault:
        form.show_fault(fault)
        return show(get_request(request_id), correcting=form), 400
    return _done(request_id, _("Verbeterd en afgehandeld."))


def stop(request_id: int) -> Response | tuple[str, int]:
    """POST …/stoppen: no mail any more, or never again."""
    form = StopForm(request.form)
    if form.how.data not in ("stop", "never"):
        form.show_fault(BadInput("how", "unknown"))
        return show(get_request(request_id), stopping=form), 400
    now, is_never = clock.now(), form.how.data == "never"
    with recorded("stop_reader", f"request:{request_id}", never=is_never) as act:
        found = _locked(request_id, DataRequestKind.OBJECTION)
        subscription = _subscription_of(found)
        act.details["subscriber"] = found.subscriber_id
        if is_never:
            never_write_reader(subscription, proof=PROOF, signer=signer(), now=now)
        else:
            stop_mails(subscription, proof=PROOF, now=now)
        _handle(found, RequestOutcome.STOPPED)
    return _done(request_id, _("Gestopt en afgehandeld."))


def erase_it(request_id: int) -> Response | tuple[str, int]:
    """POST …/wissen: forget her, once her number was typed.

    Her number is in the file outside the database before the database forgets. When the file
    cannot be written, nothing is erased.
    """
    form = EraseForm(request.form)
    now, is_never = clock.now(), bool(form.never_again.data)
    try:
        with recorded("erase_reader", f"request:{request_id}", never=is_never) as act:
            found = _locked(request_id, DataRequestKind.ERASURE)
            reader_id = _reader_of(found, DataRequestKind.ERASURE)
            _check_typed(form, reader_id)
            act.details["subscriber"] = reader_id
            # Before her subscription is locked, as behind the reader's own link.
            forget_requests_of(reader_id)
            _handle(found, RequestOutcome.ERASED)
            erase(_subscription_of(found), never_again=is_never, proof=PROOF, signer=signer(),
                  keep_salt_months=settings().consent_proof_months, now=now)
            note_erasure(settings().erased_ids, Erasure(reader_id, now, is_never))
    except BadInput as fault:
        form.show_fault(fault)
        return show(get_request(request_id), erasing=form), 400
    return _done(request_id, _("Gewist en afgehandeld. Alleen het nummer bleef."))


def _check_typed(form: EraseForm, reader_id: int) -> None:
    if (form.typed.data or "").strip() != str(reader_id):
        raise BadInput("typed", "other_number")


def _locked(request_id: int, kind: DataRequestKind) -> DataRequest:
    found = get_request(request_id, lock=True)
    _reader_of(found, kind)
    return found


def _reader_of(found: DataRequest, kind: DataRequestKind) -> int:
    """The reader's number. Raises WrongState for another kind, a stranger's, or a handled one."""
    if found.kind is not kind or found.subscriber_id is None or found.handled_at is not None:
        raise WrongState(found.kind.value)
    return found.subscriber_id


def _subscription_of(found: DataRequest) -> Subscription:
    subscription = find_subscription(found.subscriber_id or 0)
    if subscription is None:
        raise NotFound(f"subscriber {found.subscriber_id}")
    return subscription


def _handle(found: DataRequest, outcome: RequestOutcome) -> None:
    handle_request(found, outcome, account_id=current_user.id, now=clock.now())


def _done(request_id: int, words: str) -> Response:
    flash(words, "done")
    return redirect(url_for("desk.request", request_id=request_id), 303)
