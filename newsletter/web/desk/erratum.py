"""An erratum: tell in their next mail those who were given an article what was wrong with it."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField

from newsletter import clock
from newsletter.errors import BadInput
from newsletter.mailings.notice_models import LONGEST_NOTICE
from newsletter.mailings.owe_erratum import count_who_had, owe_erratum
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]


class ErratumForm(DeskForm):
    """What readers will read, in the two languages of mails."""

    text_nl = StringField(_l("Bericht"))
    text_en = StringField(_l("Bericht in het Engels"))


def page(article_id: int) -> str:
    """GET /redactie/artikelen/<id>/bericht: whom it would reach, and what it would say."""
    return _show(article_id, ErratumForm(formdata=None))


def post(article_id: int) -> Answer:
    """POST /redactie/artikelen/<id>/bericht: they are owed it from now on."""
    form, article = ErratumForm(), wanted_article(article_id)
    try:
        with recorded("owe_erratum", f"article:{article.slug}") as act:
            english = (form.text_en.data or "").strip() or None
            notice = owe_erratum(article.id, form.text_nl.data or "", english, now=clock.now())
            act.details["notice"] = notice.id
    except BadInput as fault:
        form.show_fault(fault)
        return _show(article_id, form), 400
    flash(_("Het bericht staat klaar. Wie het artikel kreeg, leest het in de volgende mail."),
          "done")
    return redirect(url_for("desk.article", article_id=article_id), 303)


def _show(article_id: int, form: ErratumForm) -> str:
    article = wanted_article(article_id)
    if article.released_at is None:
        abort(404)
    return render_template("pages/desk/erratum.html", article=article, form=form,
                           readers=count_who_had(article.id), longest=LONGEST_NOTICE)
