"""Articles from a file: shown as they would be kept, then taken over by a person, all or none."""

import json
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import FileField

from newsletter import clock
from newsletter.articles.drafts import Draft, faults, tidy
from newsletter.articles.find_articles import articles_from, articles_like
from newsletter.articles.from_html import is_html, to_markdown
from newsletter.articles.models import Article, ArticleKind
from newsletter.articles.read_import import LARGEST_FILE, Row, read_import
from newsletter.articles.suggest_themes import Suggestion, suggest_themes
from newsletter.articles.write import add_article
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes
from newsletter.errors import BadInput
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm, PressForm
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _, ngettext

Answer = str | Response | tuple[str, int]
# The rows go along with the preview, and come back with what was ticked.
LARGEST_POST = 3 * LARGEST_FILE


class ImportForm(DeskForm):
    """A file with articles."""

    file = FileField(_l("Bestand"))


@dataclass(frozen=True)
class Shown:
    """One row of the preview."""

    number: int
    draft: Draft
    faults: tuple[str, ...]
    doubles: tuple[Article, ...]
    suggested: tuple[Suggestion, ...]
    is_taken: bool


def page() -> str:
    """GET /redactie/artikelen/invoer: which file."""
    return render_template("pages/desk/articles_from_file.html", form=ImportForm(formdata=None))


def preview() -> Answer:
    """POST /redactie/artikelen/invoer: what the file holds; keeps nothing."""
    form = ImportForm()
    sent = request.files.get("file")
    try:
        rows = read_import(sent.read() if sent else b"")
    except BadInput as fault:
        form.file.errors = (_explained(fault),)
        return render_template("pages/desk/articles_from_file.html", form=form), 400
    return _show(rows, is_first=True)


def take_over() -> Answer:
    """POST /redactie/artikelen/invoer/overnemen: every ticked row as a draft, or none."""
    try:
        rows = read_import(request.form.get("rows", "").encode())
    except BadInput:
        flash(_("Er is niets overgenomen. Kies het bestand opnieuw."), "wrong")
        return redirect(url_for("desk.articles_from_file"), 303)
    offered = themes()
    ticked = [number for number in range(len(rows)) if f"row-{number}" in request.form]
    drafts = {number: _draft(rows[number], _chosen(number, offered)) for number in ticked}
    if not ticked or any(faults(draft) for draft in drafts.values()):
        return _show(rows, is_first=False), 400
    with recorded("import_articles", "article:new") as act:
        made = [add_article(draft, now=clock.now(), account_id=current_user.id)
                for draft in drafts.values()]
        act.details["articles"] = [article.id for article in made]
    flash(ngettext("Eén artikel overgenomen. Het is nog niet vrijgegeven.",
                   "%(num)s artikelen overgenomen. Ze zijn nog niet vrijgegeven.", len(made)),
          "done")
    return redirect(url_for("desk.articles", stand="concept"), 303)


def _show(rows: list[Row], *, is_first: bool) -> str:
    offered = themes()
    shown = []
    for number, row in enumerate(rows):
        named = _named(row["themes"], offered) if is_first else _chosen(number, offered)
        draft = _draft(row, named)
        wrong = faults(draft)
        # Themes are chosen here; in the file they may be missing.
        told = {field: reason for field, reason in wrong.items()
                if not (is_first and (field, reason) == ("theme_ids", "empty"))}
        doubles = _doubles(draft) if draft.title and "title" not in wrong else ()
        is_taken = (not told and not doubles) if is_first else f"row-{number}" in request.form
        shown.append(Shown(
            number, draft,
            tuple(explain(BadInput(field, reason)) for field, reason in told.items()),
            doubles,
            tuple(suggest_themes(f"{draft.title} {draft.summary} {draft.body_md}", offered)),
            is_taken,
        ))
    return render_template(
        "pages/desk/articles_from_file_preview.html", shown=shown, themes=offered,
        is_first=is_first,
        has_ticks=any(one.is_taken for one in shown), press=PressForm(formdata=None),
        rows=json.dumps(rows, ensure_ascii=False),
    )


def _draft(row: Row, theme_ids: tuple[int, ...]) -> Draft:
    page = row["page"]
    is_number = page.isascii() and page.isdigit() and len(page) < 7
    body = row["body"]
    return tidy(Draft(
        kind=row["kind"].lower() or ArticleKind.ARTIKEL.value,
        title=row["title"],
        authors=tuple(row["authors"].replace(";", "\n").splitlines()),
        summary=row["summary"],
        theme_ids=theme_ids,
        subject=row["subject"],
        body_md=to_markdown(body) if is_html(body) else body,
        page=(int(page) if is_number else 0) if page else None,
        language=row["language"].lower() or "nl",
        canonical_url=row["address"],
    ))


def _named(words: str, offered: list[Theme]) -> tuple[int, ...]:
    """The themes that the file names, by slug or name; others are left for a person to choose."""
    parts = words.replace(";", "\n").replace(",", "\n").splitlines()
    typed = {one.strip().lower() for one in parts}
    return tuple(one.id for one in offered
                 if typed & {one.slug, one.name_nl.lower(), one.name_en.lower()})


def _chosen(number: int, offered: list[Theme]) -> tuple[int, ...]:
    ticked = set(request.form.getlist(f"themes-{number}"))
    return tuple(one.id for one in offered if one.slug in ticked)


def _doubles(draft: Draft) -> tuple[Article, ...]:
    same = articles_from(draft.canonical_url) if draft.canonical_url else ()
    alike = articles_like(draft.title, most=3)
    return tuple({one.id: one for one in (*same, *alike)}.values())


def _explained(fault: BadInput) -> str:
    reason, _colon, column = fault.reason.partition(":")
    if reason == "no_column":
        return _("In het bestand staat geen kolom ‘%(name)s’.", name=column)
    return {
        "too_large": _("Kies een kleiner bestand: tot 2 MB."),
        "no_utf8": _("Dit bestand is geen UTF-8. Bewaar het als ‘CSV UTF-8’ en kies het opnieuw."),
        "no_table": _("Dit is geen CSV of JSON dat we kunnen lezen. Kijk naar de aanhalingstekens "
                      "en of elke regel evenveel kolommen heeft."),
        "too_many_rows": _("Zet hoogstens 200 artikelen in een bestand."),
    }.get(reason, explain(fault))
