"""The forms of the readers' pages; nothing in them is chosen beforehand."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from newsletter import addresses
from newsletter.catalogue.models import Theme
from newsletter.errors import BadAddress, BadInput
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence, Language, MailFormat
from newsletter.web.forgery import ReaderForm

# What a reader is told when a domain deed refuses something she typed.
REASONS = {
    "empty": _l("Vul je e-mailadres in."),
    "no_at": _l("Vul een heel e-mailadres in, met een @."),
    "malformed": _l("Vul een heel e-mailadres in, bijvoorbeeld naam@gemeente.nl."),
    "control_character": _l("Er staat een onzichtbaar teken in het adres. Typ het opnieuw."),
    "too_long": _l("Dit adres is te lang. Het kan tot 254 tekens zijn."),
    "none_chosen": _l("Kies één of meer thema’s, of kies ‘Niet’ bij de mail over je thema’s."),
    "unknown": _l("Eén van deze thema’s bestaat niet meer. Kies opnieuw."),
    "nothing_chosen": _l("Kies iets om te krijgen: het magazine, of een mail over je thema’s."),
}
CADENCES = (
    (Cadence.WEEKLY.value, _l("Elke week")),
    (Cadence.MONTHLY.value, _l("Elke maand")),
    (Cadence.NONE.value, _l("Niet")),
)


def explain(fault: BadInput) -> str:
    """The sentence for a reader that goes with a domain refusal."""
    return str(REASONS.get(fault.reason, _l("Kijk dit nog eens na.")))


class AddressField(EmailField):  # type: ignore[misc]  # wtforms has no types
    """An address, checked as the domain checks it; what was typed stays."""

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError with the reason as a sentence."""
        try:
            addresses.check(self.data or "")
        except BadAddress as fault:
            raise ValidationError(explain(fault)) from fault


class ThemesField(SelectMultipleField):  # type: ignore[misc]  # wtforms has no types
    """Checkboxes, one for each theme; `themes` gives them in order."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError on a slug that is no theme."""
        known = {value for value, *_ in self.iter_choices()}
        if set(self.data or ()) - known:
            raise ValidationError(str(REASONS["unknown"]))


class CadenceField(RadioField):  # type: ignore[misc]  # wtforms has no types
    """How often; none is chosen beforehand."""

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError when nothing, or no cadence, was chosen."""
        if self.data not in [cadence.value for cadence in Cadence]:
            raise ValidationError(str(_l("Kies hoe vaak je een mail wilt.")))


class ShortSignup(ReaderForm):
    """One address; asks for every edition."""

    address = AddressField(_l("Je e-mailadres"), id="address")
    website = StringField("", id="website")


class SignupForm(ReaderForm):
    """The whole form."""

    address = AddressField(_l("E-mailadres"), id="address")
    website = StringField("", id="website")
    editions = BooleanField(_l("Stuur mij elke editie"), id="editions")
    themes = ThemesField(_l("Thema’s"), id="themes")
    cadence = CadenceField(
        _l("Hoe vaak wil je een mail over je thema’s?"), id="cadence", choices=CADENCES
    )


class PreferencesForm(ReaderForm):
    """Everything a mailing's link may change."""

    themes = ThemesField(_l("Thema’s die je volgt"), id="themes")
    editions = BooleanField(_l("Stuur mij elke editie"), id="editions")
    cadence = CadenceField(_l("Mail over je thema’s"), id="cadence", choices=CADENCES)
    language = SelectField(
        _l("Taal van de mails"), id="language", choices=[("nl", "Nederlands"), ("en", "English")]
    )
    plain = BooleanField(_l("Alleen platte tekst"), id="plain")


class PressForm(ReaderForm):
    """A button, and the proof that it stood on our page."""


class AskLinkForm(ReaderForm):
    """An address to mail a link to."""

    address = AddressField(_l("Je e-mailadres"), id="address")
    website = StringField("", id="website")


def offer_themes(field: ThemesField, themes: Iterable[Theme]) -> None:
    """Let the field offer these themes."""
    field.choices = [(theme.slug, theme.slug) for theme in themes]


def choices_from(
    form: SignupForm | PreferencesForm, themes: Sequence[Theme], *, language: Language
) -> Choices:
    """What a valid form chose, in the domain's words."""
    picked = set(form.themes.data or ())
    plain = isinstance(form, PreferencesForm) and form.plain.data
    return Choices(
        receives_editions=bool(form.editions.data),
        cadence=Cadence(form.cadence.data),
        theme_ids=frozenset(theme.id for theme in themes if theme.slug in picked),
        language=language,
        format=MailFormat.TEXT if plain else MailFormat.MAIL,
    )


def show_fault(form: ReaderForm, fault: BadInput) -> None:
    """Put a domain refusal at the field it names; the cadence when the form has no such field."""
    field = form._fields.get(fault.field) or form._fields["cadence"]
    field.errors = (*field.errors, explain(fault))


def is_caught(form: ShortSignup | SignupForm | AskLinkForm) -> bool:
    """Whether something filled the field that no person sees."""
    return bool(form.website.data)
