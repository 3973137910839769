"""The audit trail: read it by subject, person, act and period."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from newsletter import clock
from newsletter.accounts.audit_queries import Wanted, acts_in_trail, search_audit
from newsletter.accounts.queries import list_accounts
from newsletter.errors import BadMoment
from newsletter.web.desk.act_details import detail_words, subject_as_kept, subject_words
from newsletter.web.desk.act_names import act_words, person_words
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm, PressForm
from newsletter.web.desk.logbook_export import FORMATS, send
from newsletter.web.desk.said import _
from newsletter.web.typed import as_moment, read_day

Answer = str | tuple[str, int]
ON_A_PAGE = 50
LONGEST_SUBJECT = 200
LONGEST_ASKED = 100  # characters


class LogbookForm(DeskForm):
    """Which entries are asked for; an empty field limits nothing."""

    subject = StringField(_l("Waarop"), name="waarop")
    person = SelectField(_l("Wie"), name="wie", validate_choice=False)
    act = SelectField(_l("Wat"), name="wat", validate_choice=False)
    first = StringField(_l("Van"), name="van")
    last = StringField(_l("Tot en met"), name="tot")

    def offer(self) -> None:
        """Let the form offer who works here, and what was ever done."""
        people = [(str(one.id), one.name) for one in list_accounts()]
        self.person.choices = [("", _("Iedereen")), *people]
        self.act.choices = [("", _("Alles")), *((act, act_words(act)) for act in acts_in_trail())]

    def wanted(self) -> Wanted | None:
        """What was asked; None when a day cannot be read, which is then told at its field."""
        person = self.person.data or ""
        is_known = person in {value for value, _words in self.person.choices}
        first, last = self._midnight(self.first), self._midnight(self.last)
        if self.faulty():
            return None
        return Wanted(
            subject=subject_as_kept(
                (self.subject.data or "")[:LONGEST_SUBJECT].replace("\0", "")) or None,
            account_id=int(person) if person and is_known else None,
            act=(self.act.data or "").replace("\0", "") or None,
            since=first,
            until=last and _day_after(last),
            before=_place(request.values.get("voor", "")),
        )

    def _midnight(self, field: StringField) -> datetime | None:
        """When the typed day begins in Amsterdam, in UTC; None when nothing can be read."""
        name, text = field.short_name, field.data or ""
        if not text.strip():
            return None
        try:
            return as_moment(read_day(text, field=name), time(), field=name)
        except BadMoment as fault:
            self.show_fault(fault)
            return None

    def asked(self) -> dict[str, str]:
        """The fields that limit, as an address carries them."""
        return {str(field.name): str(field.data) for field in self if field.data}


def page() -> Answer:
    """GET /redactie/logboek: the newest entries that are asked for."""
    form = LogbookForm(formdata=request.args, meta={"csrf": False})
    form.offer()
    wanted = form.wanted()
    if wanted is None:
        return _show(form, []), 400
    found = search_audit(wanted, at_most=ON_A_PAGE + 1)
    return _show(form, found[:ON_A_PAGE], has_older=len(found) > ON_A_PAGE)


def export() -> Any:
    """POST /redactie/logboek/uitvoer: all that is asked for, as CSV or JSON; kept as an act."""
    form = LogbookForm(formdata=request.form, meta={"csrf": False})
    form.offer()
    wanted = form.wanted()
    if wanted is None:
        return _show(form, []), 400
    asked = request.form.get("vorm", "")
    kind = asked if asked in FORMATS else "csv"
    with recorded("export_logbook", "audit_entries", format=kind, asked=_kept(form.asked())):
        pass
    return send(wanted, kind)


def _kept(asked: Mapping[str, Any]) -> dict[str, str]:
    """What was asked for, as far as it may stand in a trail that nobody can change."""
    return {name: words for name, words in ((name, str(value)) for name, value in asked.items())
            if len(words) <= LONGEST_ASKED and words.isprintable() and "@" not in words}


def _show(form: LogbookForm, found: list[Any], *, has_older: bool = False) -> str:
    return render_template(
        "pages/desk/logbook.html",
        form=form,
        rows=[(one, person_words(one.entry.actor, one.person), act_words(one.entry.act),
               subject_words(one.entry.subject), list(detail_words(one.entry.details)))
              for one in found],
        asked=form.asked(),
        older=found[-1].entry.sequence if has_older else None,
        is_newest="voor" not in request.args,
        press=PressForm(formdata=None),
    )


def _day_after(midnight: datetime) -> datetime:
    day = clock.local(midnight).date() + timedelta(days=1)
    return as_moment(day, time(), field="tot")


def _place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
