"""The composer: an edition's texts, order, preview, checks and moment on one page."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.core import settings
from newsletter.editions.compose import GOOD_PREHEADER, GOOD_SUBJECT, compose, faults, tidy
from newsletter.editions.content import sections_of
from newsletter.editions.keep_draft import drop_draft, find_draft, texts_in
from newsletter.editions.links import addresses_in
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import list_published, list_unpublished, read_items, year_of
from newsletter.editions.try_links import ask_again
from newsletter.editions.visit import visit
from newsletter.errors import BadInput, EditionNotReady
from newsletter.jobs import Job, enqueue
from newsletter.mailings.queries import find_mailing_of_edition
from newsletter.transaction import transaction
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.approval_shown import newest_shown
from newsletter.web.desk.checks import checks_of
from newsletter.web.desk.drafts import changes_to, company, fill_with, keep_typed
from newsletter.web.desk.forms import (
    PressForm,
    ProofForm,
    ScheduleForm,
    TextsForm,
    WhoForm,
)
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.previews import OF_EDITION, compiled, selection_asked
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, void_after

LARGEST_POST = 32 * 1024 * 1024  # bytes: what is far too long is refused at its field
Answer = str | Response | tuple[str, int]


def shelf() -> str:
    """GET /redactie/edities: what is to come, and what has appeared."""
    published = list_published()
    read_items(published)
    return render_template(
        "pages/desk/editions.html",
        coming=list_unpublished(clock.now()),
        published=published,
        now=clock.now(),
    )


def page(key: str) -> str:
    """GET /redactie/edities/<key>: the edition as it stands; notes only that somebody is here."""
    edition = wanted_edition(key)
    with transaction():
        visit(edition.id, account_id=current_user.id, now=clock.now())
    return show(wanted_edition(key))


def save(key: str) -> Answer:
    """POST /redactie/edities/<key>: keep the texts, unless someone else just saved."""
    edition = wanted_edition(key)
    form = TextsForm()
    try:
        with recorded("compose", f"edition:{edition.key}") as act:
            compose(edition, form.texts(), revision=form.revision_for(edition),
                    by=current_user.id, now=clock.now())
            drop_draft(edition, account_id=current_user.id)
            act.details["revision"] = edition.revision
            enqueue(Job.TRY_LINKS, edition.id)
            fell = void_after(edition)
    except BadInput as fault:
        if fault.field == "revision":
            return _show_both(key, form), 409
        found = faults(tidy(form.texts())) or {fault.field: fault.reason}
        for field, reason in found.items():
            form.show_fault(BadInput(field, reason))
        return show(wanted_edition(key), texts=form), 400
    except EditionNotReady:
        flash(_("Niet bewaard. De editie is ingepland en zou dan iets missen."), "wrong")
        return show(wanted_edition(key), texts=form), 409
    flash(_("Bewaard."), "done")
    tell(fell)
    return redirect(url_for("desk.edition", key=key), 303)


def try_links(key: str) -> Response:
    """POST /redactie/edities/<key>/links: ask each link again, outside this request."""
    edition = wanted_edition(key)
    with transaction():
        ask_again(addresses_in(edition))
        enqueue(Job.TRY_LINKS, edition.id)
    flash(_("De links worden nagekeken. Ververs de pagina over een minuut."), "info")
    return redirect(url_for("desk.edition", key=key, _anchor="links"), 303)


def show(edition: Edition, *, texts: TextsForm | None = None, **given: Any) -> str:
    """The composer's page, with what was typed and refused still in it.

    `given` may have a ScheduleForm `moment`, `order_fault` and `order_typed`, the changes of a
    save that was refused as `meanwhile`, and the form `who` and the variant of a `reader`.
    """
    draft = find_draft(edition, account_id=current_user.id)
    was_typed = texts is not None
    is_at_draft = not was_typed and draft is not None and "concept" in request.args
    if texts is None:
        texts = TextsForm(formdata=None)
        texts.fill(edition)
        if is_at_draft and draft is not None:
            fill_with(texts, draft)
    template = "edition_sent" if edition.status is EditionStatus.PUBLISHED else "edition"
    manifest, is_too_large = compiled(edition)
    return render_template(
        f"pages/desk/{template}.html",
        edition=edition,
        year=year_of(edition),
        sections=sections_of(edition),
        texts=texts,
        # Typed, and not in the edition: leaving the page asks first.
        is_typed=is_at_draft or was_typed,
        draft=None if is_at_draft or was_typed else draft,
        draft_changes=changes_to(edition, texts_in(draft)) if draft else [],
        proof=_proof(),
        press=PressForm(formdata=None),
        checks=checks_of(edition, manifest=manifest, is_too_large=is_too_large),
        has_preview=manifest is not None,
        mailing=find_mailing_of_edition(edition.id),
        asked=newest_shown(edition, manifest),
        company=company(edition),
        good_subject=GOOD_SUBJECT,
        good_preheader=GOOD_PREHEADER,
        now=clock.now(),
        **{**_usual(edition), **_preview(given.get("reader")), **given},
    )


def _show_both(key: str, form: TextsForm) -> str:
    """What was typed, beside what someone else saved meanwhile; saving again is a choice now.

    What was typed is kept as well, so that going on with what stands there loses nothing.
    """
    edition = wanted_edition(key)
    try:
        with transaction():
            keep_typed(edition, form)
    except BadInput as fault:
        form.show_fault(fault)
    edition = wanted_edition(key)
    form.stand_on(edition)
    return show(edition, texts=form, meanwhile=changes_to(edition, form.texts()))


def _proof() -> ProofForm:
    form = ProofForm(formdata=None)
    form.offer(current_user.email, settings().test_addresses)
    return form


def _usual(edition: Edition) -> dict[str, Any]:
    moment = ScheduleForm(formdata=None)
    moment.show(edition.send_at)
    return {"moment": moment, "order_fault": "", "order_typed": {}, "meanwhile": None,
            "who": WhoForm(formdata=None), "reader": None, "reader_sentence": ""}


def _preview(reader: Any) -> dict[str, Any]:
    view = request.args.get("beeld", "")
    selection = reader.selection if reader else selection_asked()
    return {
        "view": view if view in OF_EDITION else OF_EDITION[0],
        "views": OF_EDITION,
        "selection": selection,
        "preview_language": selection.language,
    }
