"""The moment of an edition: schedule it, take it back, send a test of it."""

from datetime import datetime

from flask import flash, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.editions.approval_queries import find_open
from newsletter.editions.change import lock
from newsletter.editions.models import Edition
from newsletter.editions.schedule import schedule, unschedule
from newsletter.errors import (
    BadInput,
    EditionNotReady,
    MailError,
    NotApproved,
    WrongState,
)
from newsletter.sending.check_edition import refuse_blocked
from newsletter.sending.compile_now import compile_leaving
from newsletter.sending.send_test import send_test
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.approval_words import why_unapproved
from newsletter.web.desk.composer import show
from newsletter.web.desk.forms import ProofForm, ScheduleForm
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language

Answer = str | Response | tuple[str, int]


def schedule_it(key: str) -> Answer:
    """POST /redactie/edities/<key>/verzendmoment: from then on it leaves by itself."""
    edition = wanted_edition(key)
    form = ScheduleForm()
    try:
        moment = form.moment()
        with recorded("schedule", f"edition:{edition.key}", send_at=moment.isoformat()):
            lock(edition)
            leaving = compile_leaving(edition, settings=settings(), send_at=moment)
            schedule(edition, leaving, send_at=moment, now=clock.now())
            refuse_blocked(edition, leaving, settings=settings())
    except BadInput as fault:
        form.show_fault(fault, at="day" if fault.field == "send_at" else None)
        return show(wanted_edition(key), moment=form), 400
    except EditionNotReady:
        flash(_("Nog niet ingepland. Bij ‘Controle’ staat wat er eerst moet."), "wrong")
        return show(wanted_edition(key), moment=form), 409
    except NotApproved as refusal:
        flash(_other_month(edition, moment) or why_unapproved(str(refusal)), "wrong")
        return show(wanted_edition(key), moment=form), 409
    when = moment_in_words(moment, current_language())
    flash(_("Ingepland. De editie vertrekt vanzelf op %(when)s.", when=when), "done")
    return redirect(url_for("desk.edition", key=key), 303)


def _other_month(edition: Edition, moment: datetime) -> str:
    """That the mail names a month in which it would not leave, when that is what it is."""
    then, now_there = clock.local(moment), clock.local(edition.send_at)
    if find_open(edition.id) is None or (then.year, then.month) == (now_there.year,
                                                                    now_there.month):
        return ""
    return _("Nog niet ingepland. In de mail staat de maand van verzending, en dit is een andere. "
             "Wijzig eerst de data van de editie, en vraag dan opnieuw goedkeuring.")


def unschedule_it(key: str) -> Response:
    """POST /redactie/edities/<key>/terughalen: it no longer leaves by itself."""
    edition = wanted_edition(key)
    try:
        with recorded("unschedule", f"edition:{edition.key}"):
            unschedule(edition, now=clock.now())
    except WrongState:
        flash(_("Terughalen kan niet meer: de editie is al vertrokken of was niet ingepland."),
              "wrong")
    else:
        flash(_("Teruggehaald. De editie vertrekt niet vanzelf."), "done")
    return redirect(url_for("desk.edition", key=key), 303)


def send_proof(key: str) -> Response:
    """POST /redactie/edities/<key>/proefmail: to one's own address or a listed one (S05)."""
    edition = wanted_edition(key)
    form = ProofForm()
    language = form.language.data if form.language.data in ("nl", "en") else "nl"
    shape = form.format.data if form.format.data in ("mail", "text") else "mail"
    back = redirect(
        url_for("desk.edition", key=key, beeld=request.args.get("beeld")), 303
    )
    try:
        listed = form.listed(settings().test_addresses)
        to = signer().address_hashes(listed)[-1] if listed else None
        with recorded("send_test", f"edition:{edition.key}", language=language, format=shape,
                      is_listed=bool(listed)):
            send_test(
                edition,
                account_id=current_user.id,
                language=language,
                format=shape,
                settings=settings(),
                now=clock.now(),
                to=to,
            )
    except BadInput:
        flash(_("Een proefmail gaat alleen naar jezelf, of naar een adres op de lijst."), "wrong")
        return back
    except MailError:
        flash(_("De mail kan zo niet gemaakt worden. Kijk bij ‘Controle’ wat er moet."), "wrong")
        return back
    flash(_("De proefmail gaat naar %(address)s.", address=listed or current_user.email), "done")
    return back
