"""Approval of an edition: ask for it, look at the frozen mail, give it or say why not."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.accounts.models import Account
from newsletter.accounts.queries import names_of
from newsletter.core import settings
from newsletter.editions.approval_models import Approval, VoidReason
from newsletter.editions.approval_queries import (
    find_approved_before,
    find_newest,
    hands_of,
    partners_in,
)
from newsletter.editions.approve import approve, why_not
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.change import lock
from newsletter.editions.models import Edition
from newsletter.editions.refuse_approval import refuse_approval
from newsletter.editions.withdraw_approval import withdraw_approval
from newsletter.errors import BadInput, EditionNotReady, MailError, MayNotApprove, WrongState
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.queries import find_page, get_manifest
from newsletter.mailings.thaw import thaw
from newsletter.sending.check_edition import refuse_blocked
from newsletter.sending.compile_now import compile_now, find_compiled
from newsletter.transaction import transaction
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.approval_shown import ApprovalShown, newest_shown
from newsletter.web.desk.approval_words import audience_words, why_not_you
from newsletter.web.desk.changes import Change
from newsletter.web.desk.correction_shown import Corrected, correction_of
from newsletter.web.desk.forms import PressForm, RefuseForm, number_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.mail_changes import line_changes, mail_changes
from newsletter.web.desk.previews import (
    OF_EDITION,
    VIEWS,
    WEB,
    frozen_page,
    html_of,
    in_frame,
    language_asked,
    text_of,
    variant_of,
)
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, void_after
from newsletter.web.origin import origin

Answer = str | Response | tuple[str, int]


def page(key: str) -> str:
    """GET /redactie/edities/<key>/goedkeuring: the frozen mail, and what a second person says."""
    return _show(wanted_edition(key))


def mail(key: str) -> Response:
    """GET /redactie/edities/<key>/goedkeuring/mail: the frozen HTML alone, for the frame.

    Of the mail, or of the page that was frozen with it.
    """
    edition = wanted_edition(key)
    approval = find_newest(edition.id)
    if approval is None:
        abort(404)
    if request.args.get("beeld") == WEB:
        frozen = find_page(approval.manifest_id)
        return frozen_page(edition, frozen, language_asked()) if frozen else abort(404)
    return in_frame(html_of(thaw(approval.manifest_id), language_asked(),
                            is_dark=request.args.get("beeld") == "donker"))


def ask(key: str) -> Response:
    """POST /redactie/edities/<key>/goedkeuring/vraag: freeze the mail for a second person."""
    edition = wanted_edition(key)
    try:
        with recorded("ask_approval", f"edition:{edition.key}") as act:
            lock(edition)
            compiled = compile_now(edition, settings=settings())
            refuse_blocked(edition, compiled, settings=settings())
            ask_approval(edition, compiled, asked_by=current_user.id, now=clock.now())
            act.details["manifest"] = compiled.hash
    except (EditionNotReady, MailError):
        flash(_("Nog niet gevraagd. Bij ‘Controle’ staat wat er eerst moet."), "wrong")
    except WrongState as refused:
        flash({"waiting": _("De goedkeuring was al gevraagd."),
               "approved": _("Deze mail is al goedgekeurd.")}.get(
                   str(refused), _("Een verschenen editie verandert niet meer.")), "info")
    else:
        flash(_("Goedkeuring gevraagd. De mail staat vast zoals hij nu is."), "done")
    return _to_composer(key)


def withdraw(key: str) -> Response:
    """POST /redactie/edities/<key>/goedkeuring/terug: nobody need look any more."""
    edition = wanted_edition(key)
    try:
        with recorded("withdraw_approval", f"edition:{edition.key}"):
            withdraw_approval(edition, now=clock.now())
    except WrongState as refused:
        flash(_("Terugtrekken kan niet meer: de editie vertrekt.") if str(refused) == "leaving"
              else _("Er was geen goedkeuring om terug te trekken."), "wrong")
    else:
        flash(_("Teruggetrokken. De editie vertrekt niet voordat een ander haar goedkeurt."),
              "done")
    return _to_composer(key)


def give(key: str) -> Response:
    """POST /redactie/edities/<key>/goedkeuring/akkoord: it may leave as it was frozen."""
    edition, now = wanted_edition(key), clock.now()
    back = redirect(url_for("desk.approval", key=key), 303)
    try:
        with transaction():
            lock(edition)
            fell = void_after(edition)
            if not fell:
                approval = approve(edition, number_of(request.form.get("approval")),
                                   by=_account(), now=now)
                record("approve", f"edition:{edition.key}", now=now, account_id=current_user.id,
                       origin=origin(), manifest=get_manifest(approval.manifest_id).hash)
    except MayNotApprove as refused:
        flash(why_not_you(str(refused)), "wrong")
        return back
    except WrongState:
        flash(_gone(edition), "wrong")
        return back
    if fell:
        tell(fell)
    else:
        flash(_("Goedgekeurd. Zo gaat de mail weg, en anders niet."), "done")
    return back


def refuse(key: str) -> Answer:
    """POST /redactie/edities/<key>/goedkeuring/weiger: not like this, and why."""
    edition = wanted_edition(key)
    form = RefuseForm()
    try:
        with recorded("refuse_approval", f"edition:{edition.key}"):
            refuse_approval(edition, number_of(request.form.get("approval")),
                            note=form.note.data or "", by=_account(), now=clock.now())
    except BadInput as fault:
        form.show_fault(fault)
        return _show(wanted_edition(key), form), 400
    except MayNotApprove as refused:
        flash(why_not_you(str(refused)), "wrong")
    except WrongState:
        flash(_gone(edition), "wrong")
    else:
        flash(_("Niet goedgekeurd. Wie het vroeg, ziet bij Vandaag waarom."), "done")
    return redirect(url_for("desk.approval", key=key), 303)


def _gone(edition: Edition) -> str:
    newest = find_newest(edition.id)
    if newest is not None and newest.void_reason not in (None, VoidReason.WITHDRAWN):
        return _("Niet beslist: de mail veranderde intussen, en de goedkeuring verviel. Hieronder "
                 "staat wat er anders is.")
    return _("Deze goedkeuring wordt niet meer gevraagd. Kijk hoe het er nu voor staat.")


def _account() -> Account:
    return db.session.get_one(Account, current_user.id)


def _to_composer(key: str) -> Response:
    return redirect(url_for("desk.edition", key=key, _anchor="approval"), 303)


def _show(edition: Edition, form: RefuseForm | None = None) -> str:
    compiled = find_compiled(edition, settings=settings())
    asked = newest_shown(edition, compiled)
    corrected = correction_of(edition, asked.approval) if asked else None
    view, language = request.args.get("beeld", ""), language_asked()
    frozen = thaw(asked.approval.manifest_id) if asked else None
    hands = hands_of(edition.id)
    names = names_of(hand.account_id for hand in hands)
    views = OF_EDITION if frozen and frozen.page else VIEWS
    return render_template(
        "pages/desk/approval.html",
        edition=edition,
        asked=asked,
        corrected=corrected,
        variants=[_short(frozen, each) for each in ("nl", "en")] if frozen else [],
        audience=audience_words(asked.audience) if asked else "",
        changed=_changed(asked.approval, frozen, corrected) if asked and frozen else None,
        since=_since(asked, frozen, compiled, corrected) if asked and frozen else None,
        hands=[(names.get(hand.account_id, ""), hand.last_at) for hand in hands],
        partners=[partner.name for partner in partners_in(edition.id)],
        why_not=why_not(edition, asked.approval, _account()) if asked else "",
        why_not_words=why_not_you,
        press=PressForm(formdata=None),
        refusing=form or RefuseForm(formdata=None),
        view=view if view in views else views[0],
        views=views,
        preview_language=language,
        preview_text=text_of(frozen, language) if frozen else "",
        has_preview=frozen is not None,
        has_page=bool(frozen and frozen.page),
        now=clock.now(),
    )


def _short(frozen: CompiledManifest, language: str) -> tuple[str, str, str]:
    """The language, the subject and the preheader of a frozen mail."""
    variant = variant_of(frozen, language)
    return language, variant.subject, variant.preheader


def _changed(
    approval: Approval, frozen: CompiledManifest, corrected: Corrected | None
) -> list[Change] | None:
    """What in the mail differs from the one approved before; None when none was.

    Of a correction: from what those who were served have in their mailboxes.
    """
    if corrected is not None:
        old = corrected.old_text
    else:
        before = find_approved_before(approval)
        old = thaw(before.manifest_id) if before is not None else None
    return mail_changes(old, frozen) if old is not None else None


def _since(
    asked: ApprovalShown,
    frozen: CompiledManifest,
    compiled: CompiledManifest | None,
    corrected: Corrected | None,
) -> list[Change] | None:
    """What changed since it was asked, of one that fell by that; None when nobody wonders."""
    fell = asked.stand == "stale" or (
        asked.stand == "voided" and asked.approval.void_reason is not VoidReason.WITHDRAWN)
    is_to_come = corrected is None or corrected.correction.is_open
    if compiled is None or not fell or not is_to_come:
        return None
    found = mail_changes(frozen, compiled)
    if corrected is not None:
        approval = asked.approval
        found += line_changes((approval.line_nl, approval.line_en), corrected.line)
    return found
