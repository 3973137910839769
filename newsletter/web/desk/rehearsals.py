"""The rehearsal of a digest: who would get what and why, one reader's own, and each mail."""

from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.addresses import check
from newsletter.core import settings, signer
from newsletter.digests.queries import get_slot
from newsletter.emails.show_compiled import html_of, text_of
from newsletter.errors import BadInput, MailError, WrongState
from newsletter.sending.rehearse import ForReader, Mail, Rehearsal, dry_run_mail, dry_run_slot
from newsletter.web.desk.forms import ReaderForm
from newsletter.web.desk.found import LARGEST_ID
from newsletter.web.desk.names import slot_name
from newsletter.web.desk.outcomes import outcome_words
from newsletter.web.desk.previews import VIEWS, in_frame, in_scheme
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]
TEXT = "tekst"
SHOWN = 20  # of mails in the table, and of new articles


def page(slot_id: int) -> Answer:
    """GET /redactie/digests/<slot_id>/proef: all of it, with the mail that most readers get."""
    return _answer(slot_id, ReaderForm(formdata=None))


def look_up(slot_id: int) -> Answer:
    """POST /redactie/digests/<slot_id>/proef: the same with one reader's own; changes nothing."""
    form = ReaderForm()
    try:
        address = check(form.address.data or "")
    except BadInput as fault:
        form.show_fault(fault)
        answer = _answer(slot_id, form)
        return (answer, 400) if isinstance(answer, str) else answer
    return _answer(slot_id, form, address=address)


def mail(slot_id: int, key: str) -> FlaskResponse:
    """GET /redactie/digests/<slot_id>/proef/<key>: a mail's HTML alone, for the frame."""
    if slot_id > LARGEST_ID:
        abort(404)
    try:
        found = dry_run_mail(slot_id, key, settings=settings(), now=clock.now())
    except (WrongState, MailError):
        abort(404)
    variant = next(iter(found.variants), None)
    if variant is None or not variant.html:
        abort(404)
    html = html_of(found, variant)
    return in_frame(in_scheme(html, is_dark=request.args.get("beeld") == "donker"))


def _rehearse(slot_id: int, address: str | None = None) -> Rehearsal:
    if slot_id > LARGEST_ID:
        abort(404)
    return dry_run_slot(
        slot_id, settings=settings(), signer=signer(), now=clock.now(), address=address
    )


def _answer(slot_id: int, form: ReaderForm, *, address: str | None = None) -> Answer:
    try:
        found = _rehearse(slot_id, address)
    except WrongState:
        flash(_("Van deze mail is geen proef meer: hij is geweest."), "info")
        return redirect(url_for("desk.slots"), 303)
    except MailError:
        flash(_("Van deze mail kan nu geen proef gemaakt worden. Vraag de beheerder."), "wrong")
        return redirect(url_for("desk.slots"), 303)
    reader = found.reader
    return render_template(
        "pages/desk/rehearsal.html",
        found=found,
        name=slot_name(get_slot(slot_id)),
        shown=SHOWN,
        form=form,
        reader=reader,
        outcome=outcome_words(reader.share, minimum=found.minimum) if reader else None,
        preview=_preview(found, reader),
        views=VIEWS,
        now=clock.now(),
    )


def _preview(found: Rehearsal, reader: ForReader | None) -> dict[str, Any] | None:
    """The mail that is shown: hers, the one that was asked for, or the one for most readers."""
    wanted = _wanted(found, reader)
    if wanted is None:
        return None
    views = VIEWS if wanted.variant.html else (TEXT,)
    view = request.args.get("beeld", "")
    view = view if view in views else views[0]
    return {
        "mail": wanted,
        "view": view,
        "views": views,
        "text": text_of(found.compiled, wanted.variant) if view == TEXT else "",
    }


def _wanted(found: Rehearsal, reader: ForReader | None) -> Mail | None:
    if reader is not None:
        return reader.mail
    return found.find_mail(request.args.get("mail", "")) or next(iter(found.mails), None)
