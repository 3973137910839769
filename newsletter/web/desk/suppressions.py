"""The list of addresses that we do not write to: figures, one address, adding and lifting."""

from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.deliveries.lift import lift, suppressions_by_reason
from newsletter.deliveries.suppress import find_suppression
from newsletter.errors import BadInput
from newsletter.subscribers.never_write import never_write
from newsletter.subscribers.record_consent import Proof
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.reader_words import suppression_words
from newsletter.web.desk.request_forms import LiftForm, LookUpForm, NeverForm
from newsletter.web.desk.said import _
from newsletter.web.typed import read_day


def page() -> str:
    """GET /redactie/stoplijst: how many for each reason; no address, for none is kept."""
    return _show()


def look_up() -> str | tuple[str, int]:
    """POST /redactie/stoplijst: whether one address is on it, and why."""
    form = LookUpForm(request.form)
    try:
        address = addresses.check(form.address.data or "")
    except BadInput as fault:
        form.show_fault(fault)
        return _show(looking=form), 400
    with recorded("find_suppression", "suppressions") as act:
        found = find_suppression(signer().address_hashes(address))
        act.details["found"] = found.reason if found else None
    return _show(looking=form, was_asked=True, found=found,
                 why=suppression_words(found.reason) if found else "")


def add() -> Response | tuple[str, int]:
    """POST /redactie/stoplijst/erbij: never write to this address again."""
    form = NeverForm(request.form)
    try:
        address = addresses.check(form.address.data or "")
    except BadInput as fault:
        form.show_fault(fault)
        return _show(adding=form), 400
    with recorded("never_write", "subscriber:none") as act:
        reader_id = never_write(address, proof=Proof("desk_request", "desk"), signer=signer(),
                                now=clock.now())
        if reader_id is not None:
            act.subject = f"subscriber:{reader_id}"
    flash(_("Dit adres krijgt nooit meer mail."), "done")
    return redirect(url_for("desk.suppressions"), 303)


def take_off() -> Response | tuple[str, int]:
    """POST /redactie/stoplijst/eraf: at the reader's own written request, and no other way."""
    form = LiftForm(request.form)
    try:
        address = addresses.check(form.address.data or "")
        asked_on = _asked_on(form)
        with recorded("lift_suppression", "suppressions", asked_on=asked_on.isoformat()) as act:
            reason = lift(signer().address_hashes(address), asked_on=asked_on, now=clock.now())
            act.details["reason"] = reason.value
    except BadInput as fault:
        form.show_fault(fault)
        return _show(lifting=form), 400
    flash(_("Van de stoplijst af. De lezer kan zich nu zelf weer aanmelden."), "done")
    return redirect(url_for("desk.suppressions"), 303)


def _asked_on(form: LiftForm) -> date:
    asked_on = read_day(form.asked_on.data or "", field="asked_on")
    if not form.is_hers.data:
        raise BadInput("is_hers", "not_hers")
    return asked_on


def _show(
    *,
    looking: LookUpForm | None = None,
    adding: NeverForm | None = None,
    lifting: LiftForm | None = None,
    **found: Any,
) -> str:
    rows = suppressions_by_reason()
    return render_template(
        "pages/desk/suppressions.html",
        rows=[(suppression_words(reason), *rest) for reason, *rest in rows],
        total=sum(count for _reason, count, _first, _last in rows),
        refused=next((form for form in (looking, adding, lifting) if form and form.faulty()), None),
        looking=looking or LookUpForm(formdata=None),
        adding=adding or NeverForm(formdata=None),
        lifting=lifting or LiftForm(formdata=None),
        **{"was_asked": False, "found": None, "why": "", **found},
    )
