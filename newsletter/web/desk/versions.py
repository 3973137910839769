"""The versions of an article: what changed with each save, and putting one back."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.accounts.queries import names_of
from newsletter.articles.drafts import Draft
from newsletter.articles.models import Article, ArticleVersion
from newsletter.articles.restore import restore
from newsletter.articles.versions import (
    PAGE_SIZE,
    draft_in,
    draft_of,
    find_version,
    list_versions,
)
from newsletter.catalogue.queries import themes_by_id
from newsletter.errors import BadInput
from newsletter.partners.queries import partners
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.differences import Piece, differences
from newsletter.web.desk.forms import KINDS, LANGUAGES, PressForm, revision_of
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _
from newsletter.web.desk.whose import partner_alone
from newsletter.web.languages import current_language

MOST_REVISIONS = 2**31 - 1


class Change(NamedTuple):
    """A field that is not the same in two drafts."""

    words: str
    pieces: list[Piece]


def shelf(article_id: int) -> str:
    """GET /redactie/artikelen/<id>/versies: every save, the newest first."""
    article = wanted_article(article_id)
    before = revision_of(request.args.get("na"))
    found = list_versions(article.id, before=before if before > 0 else None,
                          partner_id=partner_alone())
    shown = found[:PAGE_SIZE]
    return render_template(
        "pages/desk/versions.html",
        article=article,
        versions=shown,
        names=names_of(one.account_id for one in shown if one.account_id),
        after=shown[-1].revision if len(found) > PAGE_SIZE else None,
    )


def page(article_id: int, revision: int) -> str:
    """GET /redactie/artikelen/<id>/versies/<n>: what changed with that save, and since then."""
    article, version = _wanted(article_id, revision)
    earlier = _seen(article.id, revision - 1)
    return render_template(
        "pages/desk/version.html",
        article=article,
        version=version,
        name=names_of([version.account_id]).get(version.account_id) if version.account_id else "",
        changed=changes(draft_in(earlier), draft_in(version)) if earlier else None,
        since=changes(draft_in(version), draft_of(article)),
        press=PressForm(formdata=None),
        now=clock.now(),
    )


def put_back(article_id: int, revision: int) -> Response:
    """POST /redactie/artikelen/<id>/versies/<n>/terugzetten: as a new version."""
    article, version = _wanted(article_id, revision)
    seen = revision_of(request.form.get("revision"))
    try:
        with recorded("restore", f"article:{article.id}", version=revision) as act:
            is_changed = restore(article, version, revision=seen, now=clock.now(),
                                 account_id=current_user.id)
            act.details["revision"] = article.revision
    except BadInput as fault:
        if fault.field == "revision":
            flash(_("Niet teruggezet. Iemand anders heeft intussen iets bewaard. Kijk hieronder "
                    "wat er nu anders is."), "wrong")
        else:
            flash(_("Niet teruggezet. %(why)s", why=explain(fault)), "wrong")
        here = url_for("desk.version", article_id=article_id, revision=revision)
        return redirect(here, 303)
    if is_changed:
        flash(_("Teruggezet. Wat er stond, is ook nog een versie."), "done")
    else:
        flash(_("Er is niets veranderd: zo stond het er al."), "info")
    return redirect(url_for("desk.article", article_id=article_id), 303)


def changes(before: Draft, after: Draft) -> list[Change]:
    """Each field that differs, with its differences, in the order of the form."""
    names = _names(before, after)
    old, new = _said(before, names), _said(after, names)
    return [Change(words, differences(old[words], new[words]))
            for words in old if old[words] != new[words]]


def _said(draft: Draft, names: Mapping[str, Mapping[int, str]]) -> dict[str, str]:
    return {
        _("Titel"): draft.title,
        _("Soort"): str(dict(KINDS).get(draft.kind, draft.kind)),
        _("Gesprek met"): draft.subject,
        _("Auteurs"): "\n".join(draft.authors),
        _("Samenvatting"): draft.summary,
        _("Thema’s"): "\n".join(names["themes"].get(one, str(one)) for one in draft.theme_ids),
        _("Tekst"): draft.body_md,
        _("Pagina"): str(draft.page or ""),
        _("Taal van het stuk"): dict(LANGUAGES).get(draft.language, draft.language),
        _("Adres waar het eerst stond"): draft.canonical_url,
        _("Beeld"): _("beeld nummer %(number)s", number=draft.image_id) if draft.image_id else "",
        _("Wat erop te zien is"): draft.image_alt,
        _("Aangedragen door"): names["partners"].get(draft.partner_id or 0, ""),
    }


def _names(*drafts: Draft) -> dict[str, dict[int, str]]:
    language = current_language()
    themes = themes_by_id({one for draft in drafts for one in draft.theme_ids})
    return {
        "themes": {theme.id: theme.name(language) for theme in themes},
        "partners": {one.id: one.name for one in partners()},
    }


def _wanted(article_id: int, revision: int) -> tuple[Article, ArticleVersion]:
    article = wanted_article(article_id)
    found = _seen(article.id, revision) if revision <= MOST_REVISIONS else None
    if found is None:
        abort(404)
    return article, found


def _seen(article_id: int, revision: int) -> ArticleVersion | None:
    """The version, unless it dates from when the article was not for who works here to see."""
    found, alone = find_version(article_id, revision), partner_alone()
    if found is None or alone is None or draft_in(found).partner_id == alone:
        return found
    return None
