"""Mailings: how far each is, whether its ledger closes, and how to hold or stop it."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.deliveries.models import DeliveryStatus
from newsletter.errors import WrongState
from newsletter.mailings.correction_queries import (
    corrections_of,
    dropped_of,
    find_open_correction,
)
from newsletter.mailings.ledger_queries import ledgers_of
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import cancel, pause, resume
from newsletter.mailings.queries import Progress, get_mailing, list_mailings, progress
from newsletter.web.dates import figures
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.events import events_of, split_at_approval
from newsletter.web.desk.forms import PressForm
from newsletter.web.desk.halt import halt_of_all, halt_of_mailing
from newsletter.web.desk.lateness import hours_late, is_late, moment_of
from newsletter.web.desk.names import failure_words, mailing_name, mailing_state, skip_words
from newsletter.web.desk.said import _
from newsletter.web.desk.tempo import tempo_of
from newsletter.web.desk.told import NOT_TOLD, giving_up, is_approved, told_by
from newsletter.web.languages import current_language

SHELF = 30


def shelf() -> str:
    """GET /redactie/verzendingen: the newest mailings with their ledgers."""
    rows = [
        (mailing, mailing_name(mailing), mailing_state(mailing), ledger)
        for mailing, ledger in ledgers_of(list_mailings(SHELF))
    ]
    return render_template("pages/desk/mailings.html", rows=rows)


def page(key: str) -> str:
    """GET /redactie/verzendingen/<key>: one mailing, as it stands now."""
    mailing = get_mailing(key)
    earlier, events = split_at_approval(events_of(mailing))
    return render_template(
        "pages/desk/mailing.html",
        earlier=earlier,
        events=events,
        dropped=dropped_of(mailing.id),
        press=PressForm(formdata=None),
        **_facts(mailing),
    )


def state(key: str) -> Response:
    """GET /redactie/verzendingen/<key>/stand: what of the page moves, for the script.

    Counted as in lists: the ids were hashed when the page was opened, and the job that rings hashes
    them each minute. Where they were found wrong, ?geheel=1 has them hashed each time.
    """
    mailing = get_mailing(key)
    ledger = progress(mailing) if "geheel" in request.args else ledgers_of([mailing])[0][1]
    response = make_response(
        render_template("pages/desk/_mailing_parts.html", **_facts(mailing, ledger)))
    # The script stops asking when nothing will move any more.
    response.headers["X-Moves"] = "yes" if _moves(mailing) else "no"
    return response


def pause_it(key: str) -> Response:
    """POST …/pauze: hold what has not left."""
    mailing = get_mailing(key)
    try:
        with recorded("pause", key):
            pause(mailing.id, now=clock.now())
    except WrongState:
        flash(_("Pauzeren kan alleen terwijl de verzending bezig is."), "wrong")
    else:
        flash(_("Gepauzeerd. Wat al onderweg was, komt nog aan."), "done")
    return _back(key)


def resume_it(key: str) -> Response:
    """POST …/hervat: let the rest leave; later than we send, a person is asked.

    Also when that would drop a correction, which who pressed may know nothing of.
    """
    mailing = get_mailing(key)
    if mailing.status is MailingStatus.PAUSED and is_late(mailing):
        return redirect(url_for("desk.resume_late", key=key), 303)
    return _resume(mailing, asks="desk.resume_old")


def ask_old(key: str) -> str:
    """GET …/oude-tekst: what going on without the correction means, and a button."""
    return render_template("pages/desk/mailing_old_text.html", **_asking(get_mailing(key)))


def resume_old(key: str) -> Response:
    """POST …/oude-tekst: let the rest leave, without the correction that the page told of."""
    mailing = get_mailing(key)
    if mailing.status is MailingStatus.PAUSED and is_late(mailing):
        return redirect(url_for("desk.resume_late", key=key), 303)
    return _resume(mailing, asks="desk.resume_old")


def ask_late(key: str) -> str:
    """GET …/alsnog: how late the rest would be, and a button."""
    mailing = get_mailing(key)
    return render_template(
        "pages/desk/mailing_late.html", hours=hours_late(mailing), moment=moment_of(mailing),
        **_asking(mailing),
    )


def resume_late(key: str) -> Response:
    """POST …/alsnog: let the rest leave, however late."""
    mailing = get_mailing(key)
    return _resume(mailing, asks="desk.resume_late", hours_late=hours_late(mailing))


def _resume(mailing: Mailing, *, asks: str, **details: int) -> Response:
    """With the old text: what was not carried out of a correction is dropped.

    Who was not told of that is led to the page named `asks`.
    """
    key = mailing.key
    try:
        with recorded("resume", key, **details) as act, giving_up(mailing, act) as dropped:
            resume(mailing.id, now=clock.now())
    except WrongState as refused:
        if str(refused) == NOT_TOLD:
            return redirect(url_for(asks, key=key), 303)
        flash(_("Hervatten kan alleen na een pauze."), "wrong")
    else:
        flash(_("Hervat. De rest vertrekt nu."), "done")
        if dropped is not None and dropped.text_nl:
            flash(_("Wat er in de verbetering stond, is bewaard: kijk bij ‘Naar de verbetering’."),
                  "info")
    return _back(key)


def ask_cancel(key: str) -> str:
    """GET …/stop: what stopping for good means, and a button."""
    return render_template("pages/desk/mailing_stop.html", **_asking(get_mailing(key)))


def cancel_it(key: str) -> Response:
    """POST …/stop: the rest becomes skipped, and a correction that the page told of is dropped."""
    mailing = get_mailing(key)
    try:
        with recorded("cancel", key) as act, giving_up(mailing, act):
            skipped = cancel(mailing.id, now=clock.now())
            act.details["skipped"] = skipped
    except WrongState as refused:
        if str(refused) == NOT_TOLD:
            return redirect(url_for("desk.cancel", key=key), 303)
        flash(_("Stoppen kan niet meer: de verzending is klaar."), "wrong")
    else:
        count = figures(skipped, current_language())
        flash(_("Gestopt. %(count)s ontvangers krijgen deze mail niet.", count=count), "done")
    return _back(key)


def _asking(mailing: Mailing) -> dict[str, Any]:
    """What a page shows that asks before it acts, with what it posts of the correction."""
    return {**_facts(mailing), "press": PressForm(formdata=None), "told": told_by(mailing),
            "is_approved": is_approved(mailing)}


def _facts(mailing: Mailing, counted: Progress | None = None) -> dict[str, Any]:
    """What a page shows of a mailing: with its ledger as it was counted, or else reckoned whole."""
    ledger = counted or progress(mailing)
    waiting = ledger.by_status.get(DeliveryStatus.DEFERRED, 0)
    unclear = ledger.by_status.get(DeliveryStatus.UNCLEAR, 0)
    lang = current_language()
    later = [
        _("%(count)s later opnieuw", count=figures(waiting, lang)) if waiting else "",
        _("%(count)s onzeker", count=figures(unclear, lang)) if unclear else "",
    ]
    return {
        "mailing": mailing,
        "name": mailing_name(mailing),
        "state": mailing_state(mailing),
        "ledger": ledger,
        "skipped": [(skip_words(reason), n) for reason, n in sorted(ledger.skipped.items())],
        "failed": [(failure_words(code), n) for code, n in sorted(ledger.failed.items())],
        "halts": [halt for halt in (halt_of_mailing(mailing), halt_of_all()) if halt],
        "tempo": tempo_of(ledger, now=clock.now(),
                          is_sending=mailing.status is MailingStatus.SENDING),
        "small_open": ", ".join(part for part in later if part),
        "moves": _moves(mailing),
        "is_edition": mailing.edition_id is not None,
        "is_corrected": bool(corrections_of(mailing.id)),
        "correction": find_open_correction(mailing.id),
        "is_sending": mailing.status is MailingStatus.SENDING,
        "is_paused": mailing.status is MailingStatus.PAUSED,
        "can_stop": mailing.status in (MailingStatus.SENDING, MailingStatus.PAUSED),
        "now": clock.now(),
    }


def _moves(mailing: Mailing) -> bool:
    return mailing.status in (MailingStatus.PLANNED, MailingStatus.SENDING)


def _back(key: str) -> Response:
    return redirect(url_for("desk.mailing", key=key), 303)
