"""One proposal: what it would change, and take it over, decline it or take it back."""

from flask import flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from newsletter import clock
from newsletter.articles.decide import decline, take_over, withdraw
from newsletter.articles.illustrate import find_image
from newsletter.articles.models import Article
from newsletter.articles.proposal_models import LONGEST_WHY, ArticleProposal
from newsletter.articles.versions import draft_in
from newsletter.errors import BadInput, WrongState
from newsletter.web.desk import offered
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm, PressForm, revision_of
from newsletter.web.desk.found import wanted_article, wanted_proposal
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, voiding

Answer = str | Response | tuple[str, int]


class TakeForm(DeskForm):
    """A button, with the version that the proposal was compared with."""

    revision = HiddenField()


class DeclineForm(DeskForm):
    """Why a change is not taken over."""

    why = TextAreaField(_l("Waarom niet?"))


def page(article_id: int, proposal_id: int) -> str:
    """GET /redactie/artikelen/<id>/voorstellen/<n>: what would become different."""
    article = wanted_article(article_id)
    return _show(article, wanted_proposal(article, proposal_id))


def take(article_id: int, proposal_id: int) -> Response:
    """POST /redactie/artikelen/<id>/voorstellen/<n>/overnemen: from now on the article says so."""
    article = wanted_article(article_id)
    wanted_proposal(article, proposal_id)
    try:
        with (recorded("take_proposal", f"article:{article.id}", proposal=proposal_id) as act,
              voiding(article.id) as fell):
            take_over(article, proposal_id, revision=revision_of(TakeForm().revision.data),
                      now=clock.now(), account_id=current_user.id)
            act.details["revision"] = article.revision
    except BadInput as fault:
        if fault.field == "revision":
            flash(_("Niet overgenomen. Iemand anders heeft intussen iets bewaard. Kijk hieronder "
                    "wat er nu zou veranderen."), "wrong")
        else:
            flash(_("Niet overgenomen. %(why)s", why=explain(fault)), "wrong")
        return _back(article_id, proposal_id)
    except WrongState:
        flash(_gone(), "wrong")
        return _back(article_id, proposal_id)
    flash(_("Overgenomen. Wat er stond, is ook nog een versie."), "done")
    tell(*fell)
    return redirect(url_for("desk.article", article_id=article_id), 303)


def refuse(article_id: int, proposal_id: int) -> Answer:
    """POST /redactie/artikelen/<id>/voorstellen/<n>/afwijzen: not this, and why."""
    article, form = wanted_article(article_id), DeclineForm()
    wanted_proposal(article, proposal_id)
    try:
        with recorded("decline_proposal", f"article:{article.id}", proposal=proposal_id):
            decline(article, proposal_id, why=form.why.data or "", now=clock.now(),
                    account_id=current_user.id)
    except BadInput as fault:
        form.show_fault(fault)
        return _again(article_id, proposal_id, form, 400)
    except WrongState:
        flash(_gone(), "wrong")
        return _again(article_id, proposal_id, form, 409)
    flash(_("Niet overgenomen. Wie het voorstelde, leest waarom."), "done")
    return redirect(url_for("desk.article", article_id=article_id), 303)


def take_back(article_id: int, proposal_id: int) -> Response:
    """POST /redactie/artikelen/<id>/voorstellen/<n>/intrekken: by who offered it."""
    article = wanted_article(article_id)
    wanted_proposal(article, proposal_id)
    try:
        with recorded("withdraw_proposal", f"article:{article.id}", proposal=proposal_id):
            withdraw(article, proposal_id, now=clock.now(), account_id=current_user.id)
    except WrongState:
        flash(_gone(), "wrong")
        return _back(article_id, proposal_id)
    flash(_("Je voorstel is ingetrokken. Het artikel blijft zoals het is."), "done")
    return redirect(url_for("desk.article", article_id=article_id), 303)


def _gone() -> str:
    return _("Dit voorstel wacht niet meer. Kijk hieronder wat ermee gebeurde.")


def _back(article_id: int, proposal_id: int) -> Response:
    return redirect(url_for("desk.proposal", article_id=article_id, proposal_id=proposal_id), 303)


def _again(article_id: int, proposal_id: int, form: DeclineForm, status: int) -> tuple[str, int]:
    article = wanted_article(article_id)
    return _show(article, wanted_proposal(article, proposal_id), form), status


def _show(
    article: Article, proposal: ArticleProposal, refusing: DeclineForm | None = None
) -> str:
    draft = draft_in(proposal)
    taking = TakeForm(formdata=None)
    taking.revision.data = str(article.revision)
    return render_template(
        "pages/desk/proposal.html",
        article=article,
        one=offered.shown(article, proposal),
        draft=draft,
        image=find_image(draft.image_id) if draft.image_id != article.image_id else None,
        taking=taking,
        refusing=refusing or DeclineForm(formdata=None),
        longest=LONGEST_WHY,
        press=PressForm(formdata=None),
        now=clock.now(),
    )
