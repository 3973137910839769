"""Digest slots: what comes, what came of the past ones, and one more beside the rhythm."""

from collections.abc import Iterable
from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.catalogue.queries import magazine
from newsletter.digests.add_slot import add_slot
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import coming_slots, overdue_slots, past_slots, waiting_slots
from newsletter.digests.quiet_hours import QuietHours, quiet_hours_of
from newsletter.digests.rhythm import nominal_day, rhythm_of
from newsletter.errors import BadInput, WrongState
from newsletter.web.dates import moment_in_words, short_day
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import SlotForm
from newsletter.web.desk.names import State, slot_name
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language
from newsletter.working_days import holiday_name

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
            add_slot(cadence, slot_at=moment, quiet=quiet_hours_of(magazine()), now=now)
    except BadInput as fault:
        form.show_fault(fault, at="day" if fault.field == "slot_at" else None)
        return _show(form), 400
    except WrongState:
        form.show_fault(BadInput("slot_at", "exists"), at="day")
        return _show(form), 409
    when = moment_in_words(moment, current_language())
    flash(_("Toegevoegd. De themamail vertrekt vanzelf op %(when)s.", when=when), "done")
    return redirect(url_for("desk.slots"), 303)


def _moves_of(slots: Iterable[DigestSlot]) -> dict[int, str]:
    """For each slot that a public holiday moved, in words from which day."""
    rhythm, language, found = rhythm_of(magazine()), current_language(), {}
    for slot in slots:
        day = nominal_day(rhythm, slot.cadence, slot.period_on) if slot.period_on else slot.slot_on
        if day != slot.slot_on and (holiday := holiday_name(day)):
            found[slot.id] = _("Verplaatst van %(day)s, dat is %(holiday)s.",
                               day=short_day(day, language), holiday=holiday)
    return found


def _quiet_in_words(quiet: QuietHours) -> str:
    """When no digest leaves; nothing when there are no quiet hours."""
    if quiet.since == quiet.until:
        return ""
    return _("Tussen %(since)s en %(until)s uur vertrekt geen themamail.",
             since=f"{quiet.since:%H.%M}", until=f"{quiet.until:%H.%M}")


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
    now, quiet = clock.now(), quiet_hours_of(magazine())
    overdue = overdue_slots(now) if quiet.cover_moment(now) else []
    coming = coming_slots(now, limit=COMING)
    return render_template(
        "pages/desk/slots.html",
        form=form,
        coming=[(slot, slot_name(slot), _coming_state(slot)) for slot in (*overdue, *coming)],
        waiting=[(slot, slot_name(slot)) for slot in waiting_slots(now)],
        notes=_moves_of(coming) | {slot.id: _("Wacht op het einde van de stille uren.")
                                   for slot in overdue},
        quiet=_quiet_in_words(quiet),
        past=[
            (slot, slot_name(slot), slot_state(slot), _page_of(slot))
            for slot in past_slots(limit=PAST)
        ],
        now=now,
    )
