"""Correct an edition in mid-send: write the better text, have it approved, and go on with it."""

from dataclasses import asdict

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from newsletter import clock
from newsletter.core import settings
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.change import lock
from newsletter.editions.compose import GOOD_SUBJECT, tidy
from newsletter.editions.models import Edition
from newsletter.editions.write_correction import open_correction, write_correction
from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.correction_queries import corrections_of, find_open_correction, reach_of
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.notice_models import LONGEST_NOTICE
from newsletter.mailings.queries import get_mailing, hashes_of
from newsletter.sending.carry_correction import carry_correction
from newsletter.sending.check_correction import refuse_blocked_correction
from newsletter.sending.compile_now import compile_now, find_compiled
from newsletter.web.dates import figures
from newsletter.web.desk import unsaved
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.approval_shown import ApprovalShown, newest_shown
from newsletter.web.desk.correction_refusals import not_open, refusals
from newsletter.web.desk.correction_shown import changed_since_sent, given_up
from newsletter.web.desk.differences import differences
from newsletter.web.desk.drafts import Change
from newsletter.web.desk.forms import PressForm, TextsForm, number_of, revision_of
from newsletter.web.desk.lateness import hours_late, is_confirmed, is_late
from newsletter.web.desk.names import mailing_name
from newsletter.web.desk.previews import html_of, in_frame, language_asked
from newsletter.web.desk.said import _, ngettext
from newsletter.web.desk.told import giving_up, told_by
from newsletter.web.desk.void_after import tell, void_after
from newsletter.web.languages import current_language

Answer = str | Response | tuple[str, int]


def _one_line(typed: str | None) -> str:
    """What was typed in an area of several lines, as the one line that a notice is."""
    return " ".join((typed or "").split())


class CorrectionForm(TextsForm):
    """The texts of the edition, and the line that those who have the old ones read."""

    text_nl = TextAreaField(_l("Bericht aan wie de mail al heeft"), filters=[_one_line])
    text_en = TextAreaField(_l("Bericht in het Engels"), filters=[_one_line])
    # Of which correction the revision is: each counts its own.
    written = HiddenField()

    def show(self, correction: Correction) -> None:
        """Show the correction as it stands."""
        for name in ("title", "subject", "preheader", "editorial_md", "text_nl", "text_en"):
            self[name].data = getattr(correction, name)
        self.go_over(correction)

    def go_over(self, correction: Correction) -> None:
        """Let a save go over the correction as it stands now."""
        self.revision.data, self.written.data = str(correction.revision), str(correction.id)

    def changes_to(self, correction: Correction) -> list[Change]:
        """Field by field: from what stands there now to what was typed."""
        typed = asdict(tidy(self.texts())) | {
            "text_nl": (self.text_nl.data or "").strip(),
            "text_en": (self.text_en.data or "").strip()}
        return [Change(str(self[name].label.text), differences(getattr(correction, name), words))
                for name, words in typed.items() if getattr(correction, name) != words]


def page(key: str) -> str:
    """GET /redactie/verzendingen/<key>/verbetering: the steps, and who would get what."""
    return _show(*_wanted(key))


def begin(key: str) -> Response:
    """POST …/verbetering/begin: open a correction of what is paused.

    With the texts as they were sent, or with those of one that was taken away.
    """
    mailing, edition = _wanted(key)
    given = request.form.get("dropped")
    begin_with = number_of(given) if given is not None else None
    with refusals(), recorded("open_correction", key) as act:
        open_correction(edition, mailing, by=current_user.id, now=clock.now(),
                        begin_with=begin_with)
        if begin_with is not None:
            act.details["begun_with"] = begin_with
    return _back(key)


def save(key: str) -> Answer:
    """POST …/verbetering: keep the corrected texts; an approval of other ones falls."""
    mailing, edition = _wanted(key)
    correction, form = find_open_correction(mailing.id), CorrectionForm()
    if correction is None:
        return unsaved.nothing_left(not_open())
    if number_of(form.written.data) != correction.id:
        return _show_both(key, form)
    try:
        with recorded("write_correction", key) as act:
            write_correction(
                edition, correction, form.texts(), text_nl=form.text_nl.data or "",
                text_en=form.text_en.data or "", revision=revision_of(form.revision.data),
                by=current_user.id, now=clock.now())
            fell = void_after(edition)
            act.details["revision"] = correction.revision
    except BadInput as fault:
        if fault.field == "revision":
            return _show_both(key, form)
        form.show_fault(fault)
        return _show(*_wanted(key), form=form), 400
    except WrongState:
        return unsaved.nothing_left(not_open())
    flash(_("Bewaard. Lezers zien het pas als de verbeterde mail vertrekt."), "done")
    tell(fell)
    return _back(key)


def ask(key: str) -> Response:
    """POST …/verbetering/goedkeuring: a second person is asked to look at these bytes."""
    mailing, edition = _wanted(key)
    with refusals() as refused, recorded("ask_approval", key) as act:
        lock(edition)
        correction = find_open_correction(mailing.id)
        if correction is None or not correction.text_nl:
            raise WrongState("not_written")
        compiled = compile_now(edition, settings=settings())
        refuse_blocked_correction(edition, correction, compiled, settings=settings())
        asked = ask_approval(edition, compiled, asked_by=current_user.id, now=clock.now(),
                             is_correction=True)
        act.details.update(approval=asked.id, manifest=compiled.hash)
    if not refused:
        flash(_("Gevraagd. Een ander dan wie eraan werkte, keurt de verbetering goed."), "done")
    return _back(key)


def carry(key: str) -> Response:
    """POST …/verbetering/verder: who can still get it gets the new text, from now on."""
    mailing, edition = _wanted(key)
    correction = find_open_correction(mailing.id)
    if correction is None:
        flash(not_open(), "wrong")
        return _back(key)
    if is_late(mailing) and not is_confirmed():
        flash(_("Zet eerst het vinkje bij ‘Toch versturen’."), "wrong")
        return _back(key)
    with refusals() as refused, recorded("carry_correction", key) as act:
        done = carry_correction(edition, correction, by=current_user.id, settings=settings(),
                                now=clock.now())
        act.details.update(number=done.number, moved=done.moved, kept=done.kept,
                           served=done.served, approval=done.approval_id)
    if not refused:
        moved = done.moved or 0
        flash(ngettext("De verzending gaat verder. Eén lezer krijgt de verbeterde tekst.",
                       "De verzending gaat verder. %(readers)s lezers krijgen de verbeterde tekst.",
                       moved, readers=figures(moved, current_language())), "done")
    return _back(key)


def drop(key: str) -> Response:
    """POST …/verbetering/weg: give the correction up; the mailing stays paused."""
    mailing, _edition = _wanted(key)
    with (refusals() as refused, recorded("drop_correction", key) as act,
          giving_up(mailing, act) as dropped):
        if dropped is None:
            raise WrongState("not_open")
    if not refused:
        flash(_("De verbetering is weg. De verzending staat nog stil, met de oude tekst."), "done")
    return _back(key)


def mail(key: str) -> Response:
    """GET …/verbetering/voorbeeld: the corrected HTML alone, for the frame."""
    _mailing, edition = _wanted(key)
    manifest = _compiled(edition)
    if manifest is None:
        abort(404)
    return in_frame(html_of(manifest, language_asked(), is_dark=False))


def _wanted(key: str) -> tuple[Mailing, Edition]:
    """The mailing with this key and its edition; 404 for a digest."""
    mailing = get_mailing(key)
    edition = db.session.get(Edition, mailing.edition_id) if mailing.edition_id else None
    if edition is None:
        abort(404)
    return mailing, edition


def _show_both(key: str, form: CorrectionForm) -> Answer:
    """What was typed, beside what someone else saved meanwhile; saving again is a choice now."""
    mailing, edition = _wanted(key)
    correction = find_open_correction(mailing.id)
    if correction is None:
        return unsaved.nothing_left(not_open())
    form.go_over(correction)
    return _show(mailing, edition, form=form, meanwhile=form.changes_to(correction)), 409


def _show(
    mailing: Mailing,
    edition: Edition,
    *,
    form: CorrectionForm | None = None,
    meanwhile: list[Change] | None = None,
) -> str:
    correction = find_open_correction(mailing.id)
    if correction is not None and form is None:
        form = CorrectionForm(formdata=None)
        form.show(correction)
    done = corrections_of(mailing.id)
    # Of a mailing that is over it would be compared with nothing.
    goes_on = mailing.status in (MailingStatus.SENDING, MailingStatus.PAUSED)
    compiled = _compiled(edition) if correction is not None or goes_on else None
    return render_template(
        "pages/desk/correction.html",
        mailing=mailing, edition=edition, name=mailing_name(mailing), form=form,
        press=PressForm(formdata=None), correction=correction, reach=reach_of(mailing.id),
        done=done, hashes=hashes_of([each for one in done for each in
                                     (one.old_manifest_id, one.manifest_id) if each]),
        compiled=compiled, asked=_asked(edition, correction, compiled),
        told=told_by(mailing), dropped=given_up(edition, mailing),
        changed_since=changed_since_sent(mailing, compiled) if correction is None else [],
        is_paused=mailing.status is MailingStatus.PAUSED,
        late=hours_late(mailing) if is_late(mailing) else None,
        meanwhile=meanwhile, longest=LONGEST_NOTICE, good_subject=GOOD_SUBJECT,
    )


def _asked(
    edition: Edition, correction: Correction | None, compiled: CompiledManifest | None
) -> ApprovalShown | None:
    """What was asked last of this correction, and what came of it."""
    found = newest_shown(edition, compiled) if correction is not None else None
    is_of_it = found is not None and correction is not None and (
        found.approval.asked_at >= correction.opened_at and found.approval.used_at is None)
    return found if is_of_it else None


def _compiled(edition: Edition) -> CompiledManifest | None:
    return find_compiled(edition, settings=settings())


def _back(key: str) -> Response:
    return redirect(url_for("desk.correction", key=key), 303)
