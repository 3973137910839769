"""The desk's forms; what may be in a field is the domain's business, told at that field."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from newsletter.articles.from_html import is_html, to_markdown
from newsletter.articles.models import ArticleKind
from newsletter.editions.compose import Texts
from newsletter.editions.keep_draft import base_of, texts_of
from newsletter.editions.models import Edition
from newsletter.editions.move_dates import Dates
from newsletter.errors import BadInput
from newsletter.subscribers.models import Cadence
from newsletter.web.desk.reasons import explain, is_general
from newsletter.web.typed import as_moment, read_day, read_time, show_day, show_time

KINDS = (
    (ArticleKind.ARTIKEL.value, _l("Artikel")),
    (ArticleKind.INTERVIEW.value, _l("Interview")),
    (ArticleKind.OPINIE.value, _l("Opinie")),
    (ArticleKind.REDACTIONEEL.value, _l("Redactioneel")),
    (ArticleKind.STUDIEREIS.value, _l("Studiereis")),
)
LANGUAGES = (("nl", "Nederlands"), ("en", "English"))
LONGEST_PASTED = 500_000  # characters; a word processor wraps a page of words in as many


class DeskForm(FlaskForm):  # type: ignore[misc]
    """A form of the desk. The room has checked its token already."""

    def faulty(self) -> list[Any]:
        """The visible fields that have a fault, in the order of the page."""
        return [field for field in self if field.errors and not isinstance(field, HiddenField)]

    def in_summary(self, field: Any) -> str:
        """The first fault of a field, as told away from it: with the label when it needs that."""
        fault, label = str(field.errors[0]), str(field.label.text)
        if not is_general(fault):
            return fault
        return f"{label} {fault}" if label.endswith("?") else f"{label}: {fault}"

    def general_faults(self) -> list[str]:
        """Faults that belong to no field that a person sees."""
        return [
            str(fault) for field in self if isinstance(field, HiddenField) for fault in field.errors
        ]

    def show_fault(self, fault: BadInput, *, at: str | None = None) -> None:
        """Put a refusal at the field it names, or at the first one when it names none of these."""
        name = at or fault.field
        fields = {field.short_name: field for field in self}
        field = fields.get(name) or next(iter(fields.values()))
        field.errors = (*field.errors, explain(fault))


class PressForm(DeskForm):
    """A button."""


class TextsForm(DeskForm):
    """What an editor writes for an edition himself."""

    title = StringField(_l("Titel van de editie"))
    subject = StringField(_l("Onderwerp van de mail"))
    preheader = StringField(_l("Eerste regel in de inbox"))
    editorial_md = TextAreaField(_l("Redactioneel"))
    revision = HiddenField()
    base = HiddenField()  # tells whether the texts are still those that the writer had before her

    def fill(self, edition: Edition) -> None:
        """Show the edition as it stands."""
        self.fill_texts(texts_of(edition))
        self.stand_on(edition)

    def fill_texts(self, texts: Texts) -> None:
        """Show these texts."""
        self.title.data = texts.title
        self.subject.data = texts.subject
        self.preheader.data = texts.preheader
        self.editorial_md.data = texts.editorial_md

    def stand_on(self, edition: Edition) -> None:
        """Let a save go over the edition as it stands now."""
        self.revision.data = str(edition.revision)
        self.base.data = base_of(texts_of(edition))

    def revision_for(self, edition: Edition) -> int:
        """The revision that a save goes over: a change of order alone stands in no one's way."""
        if self.base.data and self.base.data == base_of(texts_of(edition)):
            return edition.revision
        return revision_of(self.revision.data)

    def texts(self) -> Texts:
        """What was typed."""
        return Texts(
            title=self.title.data or "",
            subject=self.subject.data or "",
            preheader=self.preheader.data or "",
            editorial_md=self._editorial(),
        )

    def _editorial(self) -> str:
        """The editorial; what was pasted from a word processor as HTML becomes Markdown."""
        typed = self.editorial_md.data or ""
        return to_markdown(typed) if is_html(typed) and len(typed) <= LONGEST_PASTED else typed


class MomentForm(DeskForm):
    """A day and a time, typed; `field` is what a deed calls the moment they make."""

    day = StringField(_l("Dag"))
    at = StringField(_l("Tijd"))

    def show(self, moment: datetime) -> None:
        """Propose a moment."""
        self.day.data, self.at.data = show_day(moment), show_time(moment)

    def moment(self) -> datetime:
        """The moment that was typed, in UTC. Raises BadMoment at `day` or `at`."""
        day = read_day(self.day.data or "", field="day")
        return as_moment(day, read_time(self.at.data or "", field="at"), field="at")


class ReleaseForm(MomentForm):
    """Release an article: now, or at a moment."""

    when = RadioField(
        _l("Wanneer komt het beschikbaar?"),
        choices=[("now", _l("Nu")), ("later", _l("Op een later moment"))],
        validate_choice=False,
    )
    revision = HiddenField()  # of the article as it was read


class ScheduleForm(MomentForm):
    """The moment at which an edition leaves by itself."""


class SlotForm(MomentForm):
    """One more digest, beside the rhythm."""

    cadence = RadioField(
        _l("Voor wie?"),
        choices=[
            (Cadence.WEEKLY.value, _l("Lezers met een weekmail")),
            (Cadence.MONTHLY.value, _l("Lezers met een maandmail")),
        ],
        validate_choice=False,
    )

    def cadence_chosen(self) -> Cadence:
        """The cadence. Raises BadInput when none was chosen."""
        if self.cadence.data not in (Cadence.WEEKLY.value, Cadence.MONTHLY.value):
            raise BadInput("cadence", "unknown")
        return Cadence(self.cadence.data)


class ReaderForm(DeskForm):
    """Which reader a rehearsal is asked about; her address never stands in a URL."""

    address = StringField(_l("E-mailadres"), id="address")


class RefuseForm(DeskForm):
    """Why an edition may not leave as it was frozen."""

    note = TextAreaField(_l("Wat moet er anders?"))


class WhoForm(DeskForm):
    """Of which reader an edition is shown: a whole address, or a number; only ever posted."""

    who = StringField(_l("Adres of nummer van de lezer"))


OWN = "own"


class ProofForm(DeskForm):
    """In which language and form a test goes to one's own address, or to a listed one."""

    to = SelectField(_l("Aan"), validate_choice=False)

    language = SelectField(_l("Taal"), choices=LANGUAGES, validate_choice=False)
    format = SelectField(
        _l("Vorm"),
        choices=[("mail", _l("Opgemaakt")), ("text", _l("Platte tekst"))],
        validate_choice=False,
    )

    def offer(self, own: str, listed: Sequence[str]) -> None:
        """Let the form offer one's own address and those that the operator listed, by place."""
        self.to.choices = [(OWN, own), *((str(place), one) for place, one in enumerate(listed))]

    def listed(self, listed: Sequence[str]) -> str | None:
        """The listed address that was chosen; None for one's own. Raises BadInput."""
        chosen = self.to.data or OWN
        if chosen == OWN:
            return None
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 4
                and int(chosen) < len(listed)):
            raise BadInput("to", "unknown")
        return listed[int(chosen)]


class DatesForm(DeskForm):
    """The three moments of an edition, typed."""

    send_at_day = StringField(_l("Verzending: dag"))
    send_at_time = StringField(_l("Verzending: tijd"))
    copy_deadline_at_day = StringField(_l("Kopij binnen: dag"))
    copy_deadline_at_time = StringField(_l("Kopij binnen: tijd"))
    approval_deadline_at_day = StringField(_l("Akkoord vóór: dag"))
    approval_deadline_at_time = StringField(_l("Akkoord vóór: tijd"))
    revision = HiddenField()

    def fill(self, dates: Dates, *, revision: int) -> None:
        """Show the dates as they stand."""
        for name in ("send_at", "copy_deadline_at", "approval_deadline_at"):
            moment = getattr(dates, name)
            self[f"{name}_day"].data = show_day(moment)
            self[f"{name}_time"].data = show_time(moment)
        self.revision.data = str(revision)

    def dates(self) -> Dates:
        """The dates that were typed. Raises BadMoment at the first that cannot be read."""
        return Dates(
            **{
                name: as_moment(
                    read_day(self[f"{name}_day"].data or "", field=f"{name}_day"),
                    read_time(self[f"{name}_time"].data or "", field=f"{name}_time"),
                    field=f"{name}_time",
                )
                for name in ("send_at", "copy_deadline_at", "approval_deadline_at")
            }
        )


def number_of(typed: str | None) -> int:
    """The number of a row that a form brought along; -1, which none has, when it is none."""
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def revision_of(typed: str | None) -> int:
    """The revision that a form brought along; -1, which is never one, when it is no number."""
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
