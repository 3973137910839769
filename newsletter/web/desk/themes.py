"""Themes: who follows each, what was done to them, and undoing it."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.articles.queries import count_by_theme
from newsletter.catalogue.queries import standing_under_each
from newsletter.catalogue.queries import themes as pickable_themes
from newsletter.digests.plan_theme_change import count_followers_of
from newsletter.digests.theme_models import ThemeChange
from newsletter.digests.theme_queries import newest_changes
from newsletter.digests.undo_theme_change import undo_theme_change
from newsletter.errors import WrongState
from newsletter.mailings.notice_models import Notice
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import PressForm
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language


def page() -> str:
    """GET /redactie/themas: the themes, and what was done to them."""
    now = clock.now()
    shown, counted = pickable_themes(), count_by_theme(now)
    followers, standing = count_followers_of([theme.id for theme in shown]), standing_under_each()
    return render_template(
        "pages/desk/themes.html",
        rows=[
            (theme, followers.get(theme.id, 0),
             sum(counted.get(each, 0) for each in standing[theme.id]))
            for theme in shown
        ],
        changes=[(change, _words(change, notice), change.may_be_undone(now))
                 for change, notice in newest_changes()],
        press=PressForm(formdata=None),
    )


def undo(change_id: int) -> Response:
    """POST /redactie/themas/wijzigingen/<id>/terug: everyone follows again what she followed."""
    try:
        with recorded("undo_theme_change", f"theme_change:{change_id}") as act:
            act.details["theme"] = undo_theme_change(change_id, now=clock.now()).theme.slug
    except WrongState as refused:
        reasons = {
            "undone": _("Dit was al teruggedraaid."),
            "too_late": _("Dit kan niet meer worden teruggedraaid: de termijn is voorbij."),
        }
        flash(reasons.get(str(refused), _("Draai eerst de latere wijziging terug.")), "wrong")
    else:
        flash(_("Teruggedraaid. Wie ervan wist, leest het in de volgende mail."), "done")
    return redirect(url_for("desk.themes"), 303)


def _words(change: ThemeChange, notice: Notice | None) -> str:
    language = current_language()
    if notice is None:
        return _("Andere omschrijving van %(theme)s", theme=change.theme.name(language))
    return (notice.text_en if language == "en" else None) or notice.text_nl
