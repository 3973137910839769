"""Themes of many articles at once: ticked in the list, shown as a plan, and then carried out."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.articles.change_themes import Outcome, Way, change_themes, plan
from newsletter.articles.queries import articles_by_id
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes
from newsletter.errors import BadInput
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import PressForm, revision_of
from newsletter.web.desk.said import _, ngettext
from newsletter.web.desk.void_after import tell, voiding

Answer = str | Response | tuple[str, int]
MOST = 100
WAYS = (("geef", Way.GIVE, _l("Geef thema")), ("neem", Way.TAKE, _l("Neem thema weg")))
OUTCOMES = {
    Outcome.HAS_IT: _l("Heeft dit thema al"),
    Outcome.LACKS_IT: _l("Heeft dit thema niet"),
    Outcome.TOO_MANY: _l("Heeft al drie thema’s"),
    Outcome.ONLY_ONE: _l("Heeft alleen dit thema"),
}


def page() -> Answer:
    """GET /redactie/artikelen/themas: what would change for the ticked articles."""
    fault = _fault(request.args)
    if fault:
        flash(fault, "wrong")
        return redirect(url_for("desk.articles"), 303)
    return _show(request.args)


def carry_out() -> Answer:
    """POST /redactie/artikelen/themas: the whole plan, or nothing when it is no longer true."""
    fault = _fault(request.form)
    if fault:
        flash(fault, "wrong")
        return redirect(url_for("desk.articles"), 303)
    theme, way = _theme(request.form), _way(request.form)
    assert theme is not None
    assert way is not None
    seen = {one: revision_of(request.form.get(f"revision-{one}")) for one in _ids(request.form)}
    try:
        with (recorded("change_themes", f"theme:{theme.slug}", way=way.value) as act,
              voiding(*seen) as fell):
            changed = change_themes(seen, theme, way, now=clock.now(), account_id=current_user.id)
            act.details["articles"] = changed
    except BadInput:
        flash(_("Er is niets veranderd: iemand anders heeft intussen iets bewaard. Dit is hoe het "
                "er nu voor staat."), "wrong")
        return _show(request.form), 409
    flash(ngettext("Eén artikel veranderd.", "%(num)s artikelen veranderd.", len(changed)), "done")
    tell(*fell)
    return redirect(url_for("desk.articles", thema=theme.slug), 303)


def _show(asked: MultiDict[str, str]) -> str:
    theme, way = _theme(asked), _way(asked)
    assert theme is not None
    assert way is not None
    found = articles_by_id(_ids(asked))
    steps = plan(sorted(found.values(), key=lambda one: one.id), theme, way)
    return render_template(
        "pages/desk/bulk_themes.html",
        theme=theme,
        way=way.value,
        way_asked=asked["doe"],
        steps=steps,
        changes=[step.article for step in steps if step.outcome is Outcome.CHANGES],
        outcomes=OUTCOMES,
        press=PressForm(formdata=None),
        now=clock.now(),
    )


def _fault(asked: MultiDict[str, str]) -> str:
    """Why there is nothing to plan."""
    ids = _ids(asked)
    if not ids or not articles_by_id(ids):
        return _("Kies eerst een artikel.")
    if len(ids) > MOST:
        return _("Kies hoogstens honderd artikelen.")
    if _theme(asked) is None or _way(asked) is None:
        return _("Kies een thema.")
    return ""


def _ids(asked: MultiDict[str, str]) -> list[int]:
    typed = dict.fromkeys(asked.getlist("artikel")[:MOST + 1])
    return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]


def _theme(asked: MultiDict[str, str]) -> Theme | None:
    return next((one for one in themes() if one.slug == asked.get("welk")), None)


def _way(asked: MultiDict[str, str]) -> Way | None:
    return next((way for name, way, _words in WAYS if name == asked.get("doe")), None)
