"""Release an article, or hold back a release whose moment has not come."""

from datetime import datetime

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.articles.release import hold_back, release
from newsletter.editions.models import EditionStatus
from newsletter.editions.queries import editions_with
from newsletter.errors import BadInput, BadMoment
from newsletter.web.dates import moment_in_words
from newsletter.web.desk import articles
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import ReleaseForm, revision_of
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language

Answer = str | Response | tuple[str, int]


def post(article_id: int) -> Answer:
    """POST /redactie/artikelen/<id>/vrijgeven: now, or at the moment that was typed."""
    article = wanted_article(article_id)
    form = ReleaseForm()
    now = clock.now()
    seen = revision_of(form.revision.data) if form.revision.data else None
    try:
        at = _moment(form, now=now)
        _refuse_in_scheduled(article, at)
        with recorded("release", f"article:{article.id}", released_at=at.isoformat()):
            release(article, at=at, now=now, revision=seen)
    except BadInput as fault:
        form.show_fault(fault, at="day" if fault.field == "release_at" else None)
        return articles.show(wanted_article(article_id), form), 400
    if at <= now:
        flash(_("Vrijgegeven. Het artikel gaat mee in de eerstvolgende mails."), "done")
    else:
        when = moment_in_words(at, current_language())
        flash(_("Ingepland. Het artikel komt beschikbaar op %(when)s.", when=when), "done")
    return redirect(url_for("desk.article", article_id=article_id), 303)


def hold(article_id: int) -> Response:
    """POST /redactie/artikelen/<id>/inhouden: the article no longer comes by itself."""
    article = wanted_article(article_id)
    try:
        _refuse_in_scheduled(article, None)
        with recorded("hold_back", f"article:{article.id}"):
            hold_back(article, now=clock.now())
    except BadInput as fault:
        flash(explain(fault), "wrong")
    else:
        flash(_("Het artikel komt niet meer vanzelf beschikbaar."), "done")
    return redirect(url_for("desk.article", article_id=article_id), 303)


def _moment(form: ReleaseForm, *, now: datetime) -> datetime:
    if form.when.data == "now":
        return now
    if form.when.data != "later":
        raise BadInput("when", "unknown")
    return form.moment()


def _refuse_in_scheduled(article: Article, at: datetime | None) -> None:
    """An edition that leaves by itself must not lose an article unseen. Raises BadMoment."""
    for edition in editions_with(article.id):
        if edition.status is EditionStatus.SCHEDULED and (at is None or at > edition.send_at):
            raise BadMoment("day", "in_scheduled_edition")
