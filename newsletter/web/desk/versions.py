"""The versions of an article: what changed with each save, and putting one back."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.accounts.queries import names_of
from newsletter.articles.models import Article, ArticleVersion
from newsletter.articles.proposal_queries import offered_by
from newsletter.articles.restore import restore
from newsletter.articles.versions import (
    PAGE_SIZE,
    draft_in,
    draft_of,
    find_version,
    list_versions,
)
from newsletter.errors import BadInput
from newsletter.web.desk import offered
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.changes import changes
from newsletter.web.desk.forms import PressForm, revision_of
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, voiding
from newsletter.web.desk.whose import partner_alone

MOST_REVISIONS = 2**31 - 1


def shelf(article_id: int) -> str:
    """GET /redactie/artikelen/<id>/versies: every save, the newest first."""
    article = wanted_article(article_id)
    before = revision_of(request.args.get("na"))
    found = list_versions(article.id, before=before if before > 0 else None,
                          partner_id=partner_alone())
    shown = found[:PAGE_SIZE]
    writers = offered_by(article.id, [one.revision for one in shown])
    return render_template(
        "pages/desk/versions.html",
        article=article,
        versions=shown,
        names=names_of({one.account_id for one in shown if one.account_id} | {*writers.values()}),
        writers=writers,
        after=shown[-1].revision if len(found) > PAGE_SIZE else None,
    )


def page(article_id: int, revision: int) -> str:
    """GET /redactie/artikelen/<id>/versies/<n>: what changed with that save, and since then."""
    article, version = _wanted(article_id, revision)
    earlier = _seen(article.id, revision - 1)
    writer_id = offered_by(article.id, [revision]).get(revision)
    names = names_of(one for one in (version.account_id, writer_id) if one)
    return render_template(
        "pages/desk/version.html",
        article=article,
        version=version,
        name=names.get(version.account_id or 0, ""),
        writer=names.get(writer_id or 0, ""),
        only_offers=offered.only_offers(article),
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
        with (recorded("restore", f"article:{article.id}", version=revision) as act,
              voiding(article.id) as fell):
            saved = restore(article, version, revision=seen, now=clock.now(),
                            account_id=current_user.id)
            act.details["revision"] = article.revision
            offered.note(saved, act)
    except BadInput as fault:
        if fault.field == "revision":
            flash(_("Niet teruggezet. Iemand anders heeft intussen iets bewaard. Kijk hieronder "
                    "wat er nu anders is."), "wrong")
        else:
            flash(_("Niet teruggezet. %(why)s", why=explain(fault)), "wrong")
        here = url_for("desk.version", article_id=article_id, revision=revision)
        return redirect(here, 303)
    offered.tell(saved, done=_("Teruggezet. Wat er stond, is ook nog een versie."))
    tell(*fell)
    return redirect(url_for("desk.article", article_id=article_id), 303)


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
