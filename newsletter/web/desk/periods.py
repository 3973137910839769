"""Periods without editions, from the year plan: enter, change and remove one."""

from flask import flash, redirect, render_template, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.editions.change_period import change_period
from newsletter.editions.enter_period import PeriodDraft, enter_period
from newsletter.editions.models import ClosedPeriod
from newsletter.editions.remove_period import remove_period
from newsletter.errors import BadInput, NotFound
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import PressForm, revision_of
from newsletter.web.desk.found import wanted_period
from newsletter.web.desk.period_forms import PeriodForm
from newsletter.web.desk.said import _
from newsletter.web.desk.year_plan import is_in_range, require_year, show

Answer = str | Response | tuple[str, int]


def add(year: int) -> Answer:
    """POST /redactie/jaarplan/<year>/perioden: one more period, or the plan with what is wrong."""
    require_year(year)
    form = PeriodForm()
    try:
        draft = form.draft()
        with recorded("enter_period", "period:") as act:
            period = enter_period(draft, account_id=current_user.id, now=clock.now())
            act.subject = f"period:{period.id}"
            act.details.update(_details(draft))
    except BadInput as fault:
        form.show_fault(fault)
        return show(year, form), 400
    flash(_("De periode staat in het jaarplan. Een voorstel blijft erbuiten."), "done")
    return _to_plan(draft.first_on.year)


def page(period_id: int) -> str:
    """GET /redactie/jaarplan/perioden/<id>: the period as it stands."""
    period = wanted_period(period_id)
    form = PeriodForm(formdata=None)
    form.fill(period)
    return _show(period, form)


def save(period_id: int) -> Answer:
    """POST /redactie/jaarplan/perioden/<id>: another name or other days."""
    period = wanted_period(period_id)
    form = PeriodForm()
    try:
        draft = form.draft()
        with recorded("change_period", f"period:{period_id}") as act:
            act.details.update(_details(draft))
            change_period(period_id, draft, revision=revision_of(form.revision.data))
    except BadInput as fault:
        form.show_fault(fault)
        return _show(wanted_period(period_id), form), 400
    except NotFound:
        return _gone(period.first_on.year)
    flash(_("Bewaard. Edities die al gepland zijn, blijven staan."), "done")
    return _to_plan(draft.first_on.year)


def remove(period_id: int) -> Response:
    """POST /redactie/jaarplan/perioden/<id>/weg: take it away; gone already is gone as well."""
    year = wanted_period(period_id).first_on.year
    try:
        with recorded("remove_period", f"period:{period_id}") as act:
            gone = remove_period(period_id)
            act.details.update(
                _details(PeriodDraft(gone.name, gone.first_on, gone.last_on)))
    except NotFound:
        return _gone(year)
    flash(_("De periode is weg."), "done")
    return _to_plan(year)


def _details(draft: PeriodDraft) -> dict[str, str]:
    return {"name": draft.name, "first_on": draft.first_on.isoformat(),
            "last_on": draft.last_on.isoformat()}


def _gone(year: int) -> Response:
    flash(_("Iemand anders heeft deze periode intussen weggehaald."), "wrong")
    return _to_plan(year)


def _to_plan(year: int) -> Response:
    if not is_in_range(year):
        return redirect(url_for("desk.this_year"), 303)
    return redirect(url_for("desk.year_plan", year=year, _anchor="free"), 303)


def _show(period: ClosedPeriod, form: PeriodForm) -> str:
    year = period.first_on.year
    return render_template(
        "pages/desk/period.html",
        period=period,
        year=year if is_in_range(year) else None,
        form=form,
        press=PressForm(formdata=None),
    )
