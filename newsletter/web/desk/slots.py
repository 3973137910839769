"""Digest slots: what comes, what came of the past ones, and one more beside the rhythm."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.digests.add_slot import add_slot
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import coming_slots, past_slots, waiting_slots
from newsletter.errors import BadInput, WrongState
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import SlotForm
from newsletter.web.desk.names import State, slot_name
from newsletter.web.languages import current_language

Answer = str | Response | tuple[str, int]
COMING, PAST = 12, 20
PROPOSED_AHEAD = timedelta(hours=1)


def page() -> str:
    """GET /redactie/digests: the slots, and an empty form."""
    form = SlotForm(formdata=None)
    form.show(clock.now() + PROPOSED_AHEAD)
    return _show(form)


def add() -> Answer:
    """POST /redactie/digests: one more slot; it is carried out by itself."""
    form = SlotForm()
    now = clock.now()
    try:
        cadence, moment = form.cadence_chosen(), form.moment()
        with recorded("add_slot", f"digest:{cadence}", slot_at=moment.isoformat()):
            add_slot(cadence, slot_at=moment, now=now)
    except BadInput as fault:
        form.show_fault(fault, at="day" if fault.field == "slot_at" else None)
        return _show(form), 400
    except WrongState:
        form.show_fault(BadInput("slot_at", "exists"), at="day")
        return _show(form), 409
    when = moment_in_words(moment, current_language())
    flash(_("Toegevoegd. De themamail vertrekt vanzelf op %(when)s.", when=when), "done")
    return redirect(url_for("desk.slots"), 303)


def slot_state(slot: DigestSlot) -> State:
    """Where a slot stands."""
    return {
        SlotStatus.PLANNED: State("wait", _("Gepland")),
        SlotStatus.HELD: State("mind", _("Wacht op vrijgave")),
        SlotStatus.CARRIED_OUT: State("done", _("Verstuurd")),
        SlotStatus.NOTHING_NEW: State("info", _("Niets nieuws, geen mail")),
        SlotStatus.MERGED: State("info", _("Samengevoegd met een latere")),
        SlotStatus.LATE: State("wrong", _("Te laat, beslis")),
    }[slot.status]


def _coming_state(slot: DigestSlot) -> State:
    return State("mind", _("Vastgehouden")) if slot.is_held else slot_state(slot)


def _page_of(slot: DigestSlot) -> str:
    """Where a past slot tells more, or nothing."""
    if slot.status is SlotStatus.CARRIED_OUT:
        return url_for("desk.mailing", key=slot.key)
    return url_for("desk.slot", slot_id=slot.id) if slot.status is SlotStatus.LATE else ""


def _show(form: SlotForm) -> str:
    now = clock.now()
    return render_template(
        "pages/desk/slots.html",
        form=form,
        coming=[(slot, slot_name(slot), _coming_state(slot))
                for slot in coming_slots(now, limit=COMING)],
        waiting=[(slot, slot_name(slot)) for slot in waiting_slots(now)],
        past=[
            (slot, slot_name(slot), slot_state(slot), _page_of(slot))
            for slot in past_slots(limit=PAST)
        ],
        now=now,
    )
