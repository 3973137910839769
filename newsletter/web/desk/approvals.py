"""Approval of an edition: ask for it, look at the frozen mail, give it or say why not."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.accounts.models import Account
from newsletter.accounts.queries import names_of
from newsletter.core import settings
from newsletter.editions.approval_models import Approval
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
from newsletter.web.desk.approval_shown import newest_shown
from newsletter.web.desk.approval_words import audience_words, why_not_you
from newsletter.web.desk.changes import Change
from newsletter.web.desk.differences import around_changes, differences
from newsletter.web.desk.forms import PressForm, RefuseForm, number_of
from newsletter.web.desk.found import wanted_edition
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
        flash(_gone(), "wrong")
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
        flash(_gone(), "wrong")
    else:
        flash(_("Niet goedgekeurd. Wie het vroeg, ziet bij Vandaag waarom."), "done")
    return redirect(url_for("desk.approval", key=key), 303)


def _gone() -> str:
    return _("Deze goedkeuring wordt niet meer gevraagd. Kijk hoe het er nu voor staat.")


def _account() -> Account:
    return db.session.get_one(Account, current_user.id)


def _to_composer(key: str) -> Response:
    return redirect(url_for("desk.edition", key=key, _anchor="approval"), 303)


def _show(edition: Edition, form: RefuseForm | None = None) -> str:
    asked = newest_shown(edition, find_compiled(edition, settings=settings()))
    view, language = request.args.get("beeld", ""), language_asked()
    frozen = thaw(asked.approval.manifest_id) if asked else None
    hands = hands_of(edition.id)
    names = names_of(hand.account_id for hand in hands)
    views = OF_EDITION if frozen and frozen.page else VIEWS
    return render_template(
        "pages/desk/approval.html",
        edition=edition,
        asked=asked,
        variants=[_short(frozen, each) for each in ("nl", "en")] if frozen else [],
        audience=audience_words(asked.audience) if asked else "",
        changed=_changed(asked.approval, frozen) if asked and frozen else None,
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
        now=clock.now(),
    )


def _short(frozen: CompiledManifest, language: str) -> tuple[str, str, str]:
    """The language, the subject and the preheader of a frozen mail."""
    variant = variant_of(frozen, language)
    return language, variant.subject, variant.preheader


def _changed(approval: Approval, frozen: CompiledManifest) -> list[Change] | None:
    """What in the mail differs from the one approved before; None when none was."""
    before = find_approved_before(approval)
    if before is None:
        return None
    old, new = _said(thaw(before.manifest_id)), _said(frozen)
    return [Change(words, around_changes(differences(old[words], new[words])))
            for words in old if old[words] != new[words]]


def _said(frozen: CompiledManifest) -> dict[str, str]:
    dutch = variant_of(frozen, "nl")
    return {
        _("Onderwerp"): dutch.subject,
        _("Eerste regel"): dutch.preheader,
        _("Wie de mail krijgt"): audience_words(frozen.audience),
        _("Tekst van de mail"): text_of(frozen, "nl"),
        _("Tekst van de Engelse mail"): text_of(frozen, "en"),
    }
