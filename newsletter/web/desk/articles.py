"""One article of the store: add it and edit it."""

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.articles.apply import draft_before
from newsletter.articles.drafts import Draft, faults, tidy
from newsletter.articles.find_articles import articles_from, articles_like
from newsletter.articles.models import Article
from newsletter.articles.save import save as save_article
from newsletter.articles.used_in import digests_with
from newsletter.articles.versions import draft_of
from newsletter.articles.write import add_article
from newsletter.catalogue.queries import themes
from newsletter.editions.queries import editions_with
from newsletter.errors import BadInput
from newsletter.partners.queries import partners
from newsletter.web.desk import offered
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.article_form import ArticleForm
from newsletter.web.desk.changes import Change, changes
from newsletter.web.desk.forms import PressForm, ReleaseForm, revision_of
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.names import mailing_name
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, voiding
from newsletter.web.desk.whose import partner_alone

Answer = str | Response | tuple[str, int]


def add_page() -> str:
    """GET /redactie/artikelen/nieuw: an empty form."""
    return _show_form(_offered(ArticleForm()), None)


def add() -> Answer:
    """POST /redactie/artikelen/nieuw: put the article in the store, not yet released."""
    form = _offered(ArticleForm())
    try:
        _refuse_unreadable(form)
        with recorded("add_article", "article:new") as act:
            article = add_article(form.draft(), now=clock.now(), account_id=current_user.id)
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
    return _show_form(_filled(article), article)


def save(article_id: int) -> Answer:
    """POST /redactie/artikelen/<id>: write over the article, unless someone else just did."""
    article = wanted_article(article_id)
    form = _offered(ArticleForm(), article)
    try:
        _refuse_unreadable(form)
        with (recorded("edit_article", f"article:{article.id}") as act,
              voiding(article.id) as fell):
            saved = save_article(article, _typed(form, article), now=clock.now(),
                                 revision=revision_of(form.revision.data),
                                 account_id=current_user.id)
            act.details.update(slug=article.slug, title=article.title, revision=article.revision)
            offered.note(saved, act)
    except BadInput as fault:
        article = wanted_article(article_id)
        if fault.field == "revision":
            return _show_both(form, article), 409
        _show_faults(form, fault)
        return _show_form(form, article), 400
    offered.tell(saved, done=_("Bewaard."))
    tell(*fell)
    return redirect(url_for("desk.article", article_id=article_id), 303)


def show(article: Article, release: ReleaseForm) -> str:
    """The article's page after a release that was refused."""
    return _show_form(_filled(article), article, release=release)


def _show_both(form: ArticleForm, article: Article) -> str:
    """What was typed, beside what someone else saved meanwhile; saving again is a choice now."""
    form.revision.data = str(article.revision)
    differing = changes(draft_of(article), _typed(form, article))
    return _show_form(form, article, meanwhile=differing)


def _typed(form: ArticleForm, article: Article) -> Draft:
    """What was typed; what the form has no field for stays as it is."""
    present = draft_before(article, current_user.id)
    return replace(tidy(form.draft()), image_id=present.image_id, image_alt=present.image_alt)


def _show_form(
    form: ArticleForm,
    article: Article | None,
    *,
    release: ReleaseForm | None = None,
    meanwhile: Sequence[Change] | None = None,
) -> str:
    if release is None:
        release = ReleaseForm(formdata=None)
        if article is not None and article.released_at is not None:
            release.show(article.released_at)
    if article is not None:
        release.revision.data = str(article.revision)
    return render_template(
        "pages/desk/article.html",
        form=form,
        article=article,
        themes=form.themes_offered,
        release=release,
        meanwhile=meanwhile,
        press=PressForm(formdata=None),
        editions=editions_with(article.id) if article else (),
        digests=digests_with(article.id) if article else (),
        mailing_name=mailing_name,
        doubles=_doubles(article) if article else (),
        offered=offered.offered_for(article) if article else (),
        only_offers=article is not None and offered.only_offers(article),
        now=clock.now(),
    )


def _doubles(article: Article) -> Sequence[Article]:
    """Other articles that may be the same piece: from the same address, or of a title alike."""
    address, alone = article.canonical_url, partner_alone()
    same = articles_from(address, but=article.id, partner_id=alone) if address else ()
    alike = articles_like(article.title, but=article.id, partner_id=alone)
    return list({one.id: one for one in (*same, *alike)}.values())


def _offered(form: ArticleForm, article: Article | None = None) -> ArticleForm:
    alone = partner_alone()
    if alone is not None:
        form.offer(themes(), (), own=alone)  # no choice: what she writes is her association's
    else:
        form.offer(themes(), partners(), own=article.partner_id if article else None)
    return form


def _filled(article: Article) -> ArticleForm:
    form = _offered(ArticleForm(formdata=None), article)
    form.fill(draft_before(article, current_user.id), revision=article.revision)
    return form


def _refuse_unreadable(form: ArticleForm) -> None:
    for field, reason in form.unreadable().items():
        raise BadInput(field, reason)


def _show_faults(form: ArticleForm, first: BadInput) -> None:
    """Show every fault of the form at its field, and not only the first."""
    found = {first.field: first.reason, **faults(tidy(form.draft())), **form.unreadable()}
    for field, reason in found.items():
        form.show_fault(BadInput(field, reason))
