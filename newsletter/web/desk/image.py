"""The image of an article at the desk: add it, describe it, take it away."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import FileField, HiddenField, StringField

from newsletter import clock
from newsletter.articles.apply import draft_before
from newsletter.articles.illustrate import draw_picture, find_image, illustrate, take_image
from newsletter.articles.image_limits import LARGEST_FILE
from newsletter.articles.models import Article
from newsletter.articles.save import Saved
from newsletter.errors import BadInput
from newsletter.web.desk import offered
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm, PressForm, revision_of
from newsletter.web.desk.found import wanted_article
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, voiding

Answer = str | Response | tuple[str, int]
# The file and what a form sends around it.
LARGEST_POST = LARGEST_FILE + 64 * 1024


class ImageForm(DeskForm):
    """A picture, and what it shows."""

    file = FileField(_l("Bestand"))
    image_alt = StringField(_l("Wat is erop te zien?"))
    revision = HiddenField()


def page(article_id: int) -> str:
    """GET /redactie/artikelen/<id>/beeld: the image as it stands."""
    article = wanted_article(article_id)
    form = ImageForm(formdata=None)
    form.image_alt.data = draft_before(article, current_user.id).image_alt
    form.revision.data = str(article.revision)
    return _show(article, form)


def save(article_id: int) -> Answer:
    """POST /redactie/artikelen/<id>/beeld: this picture, or other words with the present one."""
    article = wanted_article(article_id)
    form = ImageForm()
    sent, alt = request.files.get("file"), form.image_alt.data or ""
    try:
        # Before the edition is held: whoever plans or approves it waits for no picture.
        picture = draw_picture(sent.read() if sent else b"", alt=alt)
        with recorded("illustrate", f"article:{article.id}") as act, voiding(article.id) as fell:
            saved = illustrate(
                article, picture=picture, alt=alt,
                revision=revision_of(form.revision.data), now=clock.now(),
                account_id=current_user.id,
            )
            act.details["revision"] = article.revision
            if saved is not Saved.OFFERED:
                act.details["image"] = article.image_id
            offered.note(saved, act)
    except BadInput as fault:
        form.show_fault(fault)
        return _show(wanted_article(article_id), form), 400
    offered.tell(saved, done=_("Bewaard."))
    tell(*fell)
    return redirect(url_for("desk.image", article_id=article_id), 303)


def take(article_id: int) -> Response:
    """POST /redactie/artikelen/<id>/beeld/weg: no image any more."""
    article = wanted_article(article_id)
    try:
        with recorded("take_image", f"article:{article.id}") as act, voiding(article.id) as fell:
            saved = take_image(article, revision=revision_of(request.form.get("revision")),
                               now=clock.now(), account_id=current_user.id)
            offered.note(saved, act)
    except BadInput:
        flash(_("Er is niets veranderd: iemand anders heeft intussen iets bewaard."), "wrong")
    else:
        offered.tell(saved, done=_("Het beeld is weg. In een eerdere versie staat het nog."))
        tell(*fell)
    return redirect(url_for("desk.image", article_id=article_id), 303)


def _show(article: Article, form: ImageForm) -> str:
    draft = draft_before(article, current_user.id)
    return render_template(
        "pages/desk/image.html",
        article=article,
        image=find_image(draft.image_id),
        alt=draft.image_alt,
        is_offered=(draft.image_id, draft.image_alt) != (article.image_id, article.image_alt),
        only_offers=offered.only_offers(article),
        form=form,
        press=PressForm(formdata=None),
    )
