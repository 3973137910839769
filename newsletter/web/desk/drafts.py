"""What is typed for an edition and not saved: kept for who typed it, offered, thrown away."""

from typing import NamedTuple

from flask import flash, jsonify, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.accounts.queries import names_of
from newsletter.editions.compose import Texts, tidy
from newsletter.editions.draft_models import EditionDraft
from newsletter.editions.keep_draft import drop_draft, keep_draft, texts_in, texts_of
from newsletter.editions.models import Edition
from newsletter.editions.visit import visit, who_else
from newsletter.errors import BadInput, WrongState
from newsletter.transaction import transaction
from newsletter.web.dates import clock_time
from newsletter.web.desk.differences import Piece, differences
from newsletter.web.desk.forms import TextsForm, revision_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language


class Change(NamedTuple):
    """A field that is not the same in two versions of the texts."""

    words: str
    pieces: list[Piece]


def keep(key: str) -> Response | tuple[Response, int]:
    """POST /redactie/edities/<key>/concept: keep what is typed; the edition stays as it is."""
    edition = wanted_edition(key)
    form = TextsForm()
    now = clock.now()
    try:
        with transaction():
            keep_typed(edition, form)
    except BadInput as fault:
        return jsonify(said=_("Je concept is niet bewaard. %(why)s", why=explain(fault))), 400
    except WrongState:
        return jsonify(said=_("Deze editie is intussen verschenen.")), 409
    at = clock_time(now, current_language())
    return jsonify(said=_("Concept bewaard om %(at)s. Alleen jij ziet het.", at=at))


def throw_away(key: str) -> Response:
    """POST /redactie/edities/<key>/concept/weg: go on with what stands there."""
    edition = wanted_edition(key)
    with transaction():
        drop_draft(edition, account_id=current_user.id)
    flash(_("Weggegooid. Hieronder staat wat bewaard is."), "done")
    return redirect(url_for("desk.edition", key=key), 303)


def be_here(key: str) -> Response:
    """POST /redactie/edities/<key>/aanwezig: this page is open; who else has it open."""
    edition = wanted_edition(key)
    with transaction():
        visit(edition.id, account_id=current_user.id, now=clock.now())
    seen = revision_of(request.form.get("revision"))
    has_moved = seen >= 0 and edition.revision != seen
    said = company(edition)
    if has_moved:
        news = _("Er is intussen iets bewaard in deze editie. Wat je typt, blijft staan.")
        said = f"{said} {news}".strip()
    return jsonify(said=said)


def company(edition: Edition) -> str:
    """Who else has the edition open, in a sentence; empty for nobody."""
    others = who_else(edition.id, account_id=current_user.id, now=clock.now())
    names = sorted(names_of(others).values())
    if not names:
        return ""
    return ngettext("%(names)s heeft deze editie nu ook open.",
                    "%(names)s hebben deze editie nu ook open.", len(names),
                    names=_names(names))


def keep_typed(edition: Edition, form: TextsForm) -> None:
    """Keep what a form brought, in the caller's transaction. Raises BadInput, WrongState."""
    keep_draft(edition, form.texts(), account_id=current_user.id,
               revision=revision_of(form.revision.data), base=form.base.data or "",
               now=clock.now())


def fill_with(form: TextsForm, draft: EditionDraft) -> None:
    """Show what was typed, over the revision that it was typed over."""
    form.fill_texts(texts_in(draft))
    form.revision.data = str(draft.revision)
    form.base.data = draft.base


def changes_to(edition: Edition, typed: Texts) -> list[Change]:
    """Field by field: from what stands there now to what was typed."""
    present, fresh = tidy(texts_of(edition)), tidy(typed)
    fields = (
        (_("Titel van de editie"), present.title, fresh.title),
        (_("Onderwerp van de mail"), present.subject, fresh.subject),
        (_("Eerste regel in de inbox"), present.preheader, fresh.preheader),
        (_("Redactioneel"), present.editorial_md, fresh.editorial_md),
    )
    return [Change(words, differences(old, new)) for words, old, new in fields if old != new]


def _names(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(first)s en %(last)s", first=", ".join(names[:-1]), last=names[-1])
