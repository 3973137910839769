"""Merge, split, rename or retire a theme: first its plan, and then, as planned, the deed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes as pickable_themes
from newsletter.core import settings
from newsletter.digests.merge_theme import merge_theme
from newsletter.digests.plan_theme_change import (
    ThemePlan,
    plan_merge,
    plan_rename,
    plan_retirement,
    plan_split,
)
from newsletter.digests.rename_theme import rename_theme
from newsletter.digests.retire_theme import retire_theme
from newsletter.digests.split_theme import FEWEST, MOST, split_theme
from newsletter.digests.theme_models import ThemeChange
from newsletter.errors import BadInput, NotFound
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.found import wanted_theme
from newsletter.web.desk.said import _
from newsletter.web.desk.theme_forms import (
    NEW,
    MergeForm,
    RenameForm,
    RetireForm,
    SplitForm,
    ThemeActForm,
)
from newsletter.web.languages import current_language

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Deed:
    """One thing to do to a theme: its form, its plan, and the deed itself."""

    name: str  # in the audit trail
    form: type[ThemeActForm]
    plan: Callable[[Theme, Any], ThemePlan]
    do: Callable[[Theme, Any], ThemeChange]


def _do(deed: Callable[..., ThemeChange], *given: Any, **named: Any) -> ThemeChange:
    return deed(*given, **named, now=clock.now(),
                undo_for=timedelta(days=settings().theme_undo_days))


def _ids(themes: list[Theme]) -> list[int]:
    return [theme.id for theme in themes]


def _plan_split(theme: Theme, form: SplitForm) -> ThemePlan:
    drafts, present = form.drafts(), form.chosen()
    if not FEWEST <= len(drafts) + len(present) <= MOST:
        raise BadInput("parts", "out_of_range")
    return plan_split(theme, drafts, present, now=clock.now())


DEEDS = {
    "samenvoegen": Deed(
        "merge_theme", MergeForm,
        lambda theme, form: plan_merge(theme, form.chosen(), now=clock.now()),
        lambda theme, form: _do(merge_theme, theme.id, form.chosen().id)),
    "splitsen": Deed(
        "split_theme", SplitForm, _plan_split,
        lambda theme, form: _do(split_theme, theme.id, new=form.drafts(),
                                present=_ids(form.chosen()))),
    "hernoemen": Deed(
        "rename_theme", RenameForm,
        lambda theme, form: plan_rename(theme, form.draft(), now=clock.now()),
        lambda theme, form: _do(rename_theme, theme.id, form.draft())),
    "stoppen": Deed(
        "retire_theme", RetireForm,
        lambda theme, _form: plan_retirement(theme, now=clock.now()),
        lambda theme, _form: _do(retire_theme, theme.id)),
}


def page(slug: str, act: str) -> str:
    """GET /redactie/themas/<slug>/<act>: the form; of what asks nothing at once the plan."""
    theme, deed = wanted_theme(slug), _wanted(act)
    form = _form(deed, theme, formdata=None)
    if isinstance(form, RenameForm):
        form.fill(theme)
    return _show(theme, act, form, is_planned=isinstance(form, RetireForm))


def post(slug: str, act: str) -> Answer:
    """POST /redactie/themas/<slug>/<act>: the plan of what was filled in, or do what it says."""
    theme, deed = wanted_theme(slug), _wanted(act)
    form = _form(deed, theme)
    try:
        if request.form.get("step") != "do":
            return _show(theme, act, form, is_planned=True)
        if form.planned.data != form.mark():
            note = _("Er is iets veranderd. Dit is het plan van nu; er is nog niets gedaan.")
            return _show(theme, act, form, is_planned=True, note=note), 409
        with recorded(deed.name, f"theme:{theme.slug}") as done:
            change = deed.do(theme, form)
            done.details["change"] = change.id
    except BadInput as fault:
        _tell(form, fault)
        return _show(theme, act, form), 400
    except NotFound:
        flash(_("Dit thema is intussen al veranderd. Er is nu niets gedaan."), "wrong")
        return redirect(url_for("desk.themes"), 303)
    until = moment_in_words(change.undo_until, current_language())
    flash(_("Gedaan. Terugdraaien kan tot %(until)s.", until=until), "done")
    return redirect(url_for("desk.themes"), 303)


def _wanted(act: str) -> Deed:
    if act not in DEEDS:
        abort(404)
    return DEEDS[act]


def _form(deed: Deed, theme: Theme, **given: Any) -> ThemeActForm:
    form = deed.form(**given)
    others = [each for each in pickable_themes() if each.id != theme.id]
    if isinstance(form, MergeForm):
        form.offer(others, current_language())
    elif isinstance(form, SplitForm):
        form.offer(others)
    return form


def _tell(form: ThemeActForm, fault: BadInput) -> None:
    if isinstance(form, SplitForm) and fault.field.startswith("new_"):
        form.show_fault(fault, at=form.field_of(fault))
    else:
        form.show_fault(fault)


def _show(
    theme: Theme, act: str, form: ThemeActForm, *, is_planned: bool = False, note: str = ""
) -> str:
    plan = DEEDS[act].plan(theme, form) if is_planned else None
    form.planned.data = form.mark() if is_planned else ""
    return render_template(
        "pages/desk/theme_act.html",
        theme=theme,
        act=act,
        form=form,
        plan=plan,
        note=note,
        new=[f"{name}_" for name in NEW],
        undo_days=settings().theme_undo_days,
    )
