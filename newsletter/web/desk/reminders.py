"""Reminders at the desk: how many days before each deadline, and whether one wants them oneself."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import StringField

from newsletter.accounts.choose_reminders import choose_reminders
from newsletter.catalogue.models import Magazine
from newsletter.catalogue.queries import magazine
from newsletter.editions.reminder_models import Deadline
from newsletter.editions.set_reminders import set_reminders
from newsletter.errors import BadInput
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]
_APART = re.compile(r"[\s,;]+|\ben\b")


class RemindersForm(DeskForm):
    """The days before each deadline, typed as `7, 1`; empty is none."""

    copy = StringField(_l("Kopij binnen: dagen ervoor"))
    approval = StringField(_l("Akkoord: dagen ervoor"))
    sending = StringField(_l("Verzending: dagen ervoor"))

    def fill(self, house: Magazine) -> None:
        """Show what the house decided."""
        for field, days in ((self.copy, house.copy_reminders),
                            (self.approval, house.approval_reminders),
                            (self.sending, house.sending_reminders)):
            field.data = ", ".join(map(str, days))

    def days(self) -> dict[Deadline, list[int]]:
        """What was typed. Raises BadInput `no_days` at the field that cannot be read."""
        return {deadline: _read(self[deadline.value].data or "", field=deadline.value)
                for deadline in Deadline}


def page() -> str:
    """GET /redactie/jaarplan/herinneringen: when the house reminds."""
    form = RemindersForm(formdata=None)
    form.fill(magazine())
    return _show(form)


def save() -> Answer:
    """POST /redactie/jaarplan/herinneringen: other days, from now on."""
    form = RemindersForm()
    try:
        days = form.days()
        with recorded("set_reminders", "magazine:1",
                      **{deadline.value: each for deadline, each in days.items()}):
            set_reminders(magazine(), days)
    except BadInput as fault:
        form.show_fault(fault)
        return _show(form), 400
    flash(_("Bewaard. Wat al gemaild is, komt niet nog een keer."), "done")
    return redirect(url_for("desk.this_year"), 303)


def choose() -> Response:
    """POST /redactie/mijn-account/herinneringen: whether they come to one's own address."""
    wants = bool(request.form.get("wants"))
    with recorded("choose_reminders", f"account:{current_user.id}", wants=wants):
        choose_reminders(current_user.id, wants=wants)
    flash(_("Je krijgt herinneringen.") if wants else _("Je krijgt geen herinneringen meer."),
          "done")
    return redirect(url_for("desk.account"), 303)


def _read(typed: str, *, field: str) -> list[int]:
    words = [word for word in _APART.split(typed) if word]
    if not all(re.fullmatch(r"[0-9]{1,4}", word) for word in words):
        raise BadInput(field, "no_days")
    return [int(word) for word in words]


def _show(form: RemindersForm) -> str:
    return render_template("pages/desk/reminders.html", form=form)
