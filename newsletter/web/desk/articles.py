"""One article of the store: add it and edit it."""

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.articles.drafts import faults, tidy
from newsletter.articles.models import Article
from newsletter.articles.write import add_article, edit_article
from newsletter.catalogue.queries import themes
from newsletter.editions.queries import editions_with
from newsletter.errors import BadInput
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import ArticleForm, PressForm, ReleaseForm
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]


def add_page() -> str:
    """GET /redactie/artikelen/nieuw: an empty form."""
    form = ArticleForm()
    form.offer(themes())
    return _show_form(form, None)


def add() -> Answer:
    """POST /redactie/artikelen/nieuw: put the article in the store, not yet released."""
    form = ArticleForm()
    form.offer(themes())
    try:
        _refuse_unreadable(form)
        with recorded("add_article", "article:new") as act:
            article = add_article(form.draft(), now=clock.now())
            act.subject = f"article:{article.id}"
            act.details.update(slug=article.slug, title=article.title)
    except BadInput as fault:
        _show_faults(form, fault)
        return _show_form(form, None), 400
    flash(_("Bewaard. Het artikel is nog niet vrijgegeven."), "done")
    return redirect(url_for("desk.article", article_id=article.id), 303)


def page(article_id: int) -> str:
    """GET /redactie/artikelen/<id>: the article as it stands."""
    article = wanted_article(article_id)
    form = ArticleForm(formdata=None)
    form.offer(themes())
    form.fill(article)
    return _show_form(form, article)


def save(article_id: int) -> Answer:
    """POST /redactie/artikelen/<id>: write over the article, unless someone else just did."""
    article = wanted_article(article_id)
    form = ArticleForm()
    form.offer(themes())
    try:
        _refuse_unreadable(form)
        with recorded("edit_article", f"article:{article.id}") as act:
            edit_article(article, form.draft(), seen_at=_seen_at(form), now=clock.now())
            act.details.update(slug=article.slug, title=article.title)
    except BadInput as fault:
        _show_faults(form, fault)
        return _show_form(form, wanted_article(article_id)), 400
    flash(_("Bewaard."), "done")
    return redirect(url_for("desk.article", article_id=article_id), 303)


def show(article: Article, release: ReleaseForm) -> str:
    """The article's page after a release that was refused."""
    form = ArticleForm(formdata=None)
    form.offer(themes())
    form.fill(article)
    return _show_form(form, article, release=release)


def _show_form(
    form: ArticleForm, article: Article | None, *, release: ReleaseForm | None = None
) -> str:
    if release is None:
        release = ReleaseForm(formdata=None)
        if article is not None and article.released_at is not None:
            release.show(article.released_at)
    return render_template(
        "pages/desk/article.html",
        form=form,
        article=article,
        themes=form.themes_offered,
        release=release,
        press=PressForm(formdata=None),
        editions=editions_with(article.id) if article else (),
        now=clock.now(),
    )


def _refuse_unreadable(form: ArticleForm) -> None:
    for field, reason in form.unreadable().items():
        raise BadInput(field, reason)


def _show_faults(form: ArticleForm, first: BadInput) -> None:
    """Show every fault of the form at its field, and not only the first."""
    found = {first.field: first.reason, **faults(tidy(form.draft())), **form.unreadable()}
    for field, reason in found.items():
        form.show_fault(BadInput(field, reason))


def _seen_at(form: ArticleForm) -> datetime:
    try:
        seen = datetime.fromisoformat(form.seen_at.data or "")
    except ValueError as error:
        raise BadInput("seen_at", "saved_meanwhile") from error
    if seen.tzinfo is None:
        raise BadInput("seen_at", "saved_meanwhile")
    return seen
