"""One digest slot: prepare it, release it when it waits, or send it after all when it is late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.catalogue.queries import magazine
from newsletter.core import settings
from newsletter.digests.falls_in import falls_in
from newsletter.digests.models import LONGEST_LINE, DigestSlot, SlotStatus, Treatment
from newsletter.digests.prepare import Prepared, prepare
from newsletter.digests.queries import treated_in
from newsletter.digests.release import release, send_late
from newsletter.errors import BadInput, WrongState
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import PressForm, revision_of
from newsletter.web.desk.found import wanted_slot
from newsletter.web.desk.names import slot_name
from newsletter.web.desk.said import _
from newsletter.web.desk.slot_form import SlotPageForm, form_for
from newsletter.web.desk.slots import slot_state
from newsletter.web.languages import current_language

Answer = str | Response | tuple[str, int]


def page(slot_id: int) -> str:
    """GET /redactie/digests/<id>: the slot as it stands."""
    slot = wanted_slot(slot_id)
    form = _form(slot)(formdata=None)
    form.fill(slot, treated_in(slot))
    return _show(slot, form)


def save(slot_id: int) -> Answer:
    """POST /redactie/digests/<id>: keep what was prepared, unless someone else just saved."""
    slot = wanted_slot(slot_id)
    form = _form(slot)()
    try:
        wanted = form.prepared()
        with recorded("prepare_slot", slot.key, **_details(wanted)):
            prepare(slot_id, wanted, revision=revision_of(form.revision.data), now=clock.now())
    except BadInput as fault:
        form.show_fault(fault, at=form.first_pinned() if fault.field == "pinned" else None)
        return _show(wanted_slot(slot_id), form), 400
    except WrongState:
        flash(_("Niet bewaard. Deze mail is al vertrokken, of ging op in een latere."), "wrong")
        return _show(wanted_slot(slot_id), form, is_shown=True), 409
    flash(_("Bewaard."), "done")
    return redirect(url_for("desk.slot", slot_id=slot_id), 303)


def release_it(slot_id: int) -> Response:
    """POST /redactie/digests/<id>/vrijgeven: let it leave, unless it is too late for that."""
    return _let_go("release_slot", slot_id, lambda: release(
        slot_id, limit=_limit(), now=clock.now()))


def send_after_all(slot_id: int) -> Response:
    """POST /redactie/digests/<id>/alsnog: let a late one leave, with its own cut-off."""
    return _let_go("send_late", slot_id, lambda: send_late(slot_id, now=clock.now()))


def _let_go(act_name: str, slot_id: int, deed: Callable[[], DigestSlot]) -> Response:
    try:
        with recorded(act_name, wanted_slot(slot_id).key) as act:
            act.details["status"] = deed().status.value
    except WrongState:
        flash(_("Niet verstuurd. Hieronder staat hoe het ermee is."), "wrong")
    else:
        if act.details["status"] == SlotStatus.LATE:
            flash(_("Nog niet verstuurd: het moment is te lang geleden. Kies hieronder."), "wrong")
        else:
            flash(_("Vrijgegeven. De mail vertrekt nu."), "done")
    return redirect(url_for("desk.slot", slot_id=slot_id), 303)


def _form(slot: DigestSlot) -> type[SlotPageForm]:
    return form_for(falls_in(slot, magazine()), language=current_language())


def _details(wanted: Prepared) -> dict[str, Any]:
    chosen = {
        treatment.value: sorted(each for each, how in wanted.treated.items() if how is treatment)
        for treatment in Treatment
    }
    return {"is_held": wanted.is_held, "has_line": bool(wanted.line.strip()), **chosen}


def _limit() -> timedelta:
    return timedelta(hours=settings().lateness_hours)


def _show(slot: DigestSlot, form: SlotPageForm, *, is_shown: bool = False) -> str:
    now = clock.now()
    return render_template(
        "pages/desk/slot.html",
        slot=slot,
        name=slot_name(slot),
        state=slot_state(slot),
        is_waiting=slot.is_waiting(now),
        is_late=slot.status is SlotStatus.LATE,
        has_mailing=slot.status is SlotStatus.CARRIED_OUT,
        is_open=slot.is_open(now) or is_shown,
        release_until=slot.slot_at + _limit(),
        form=form,
        articles=[(form.articles[article_id], field) for article_id, field in form.of_articles()],
        longest_line=LONGEST_LINE,
        press=PressForm(formdata=None),
        now=now,
    )
