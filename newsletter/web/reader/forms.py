"""The forms of the readers' pages; nothing in them is chosen beforehand."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from newsletter import addresses
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import ThemeKey
from newsletter.errors import BadAddress, BadInput
from newsletter.subscribers import details
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence, Language, MailFormat, Sector
from newsletter.web.forgery import (
    ReaderForm,
    opened_question,
    opened_source,
    signed_question,
    signed_source,
)
from newsletter.web.kept import KeptForm
from newsletter.web.reader.consent_form import ConsentForm

# What a reader is told when a domain deed refuses something she typed.
REASONS = {
    "empty": _l("Vul je e-mailadres in."),
    "no_at": _l("Vul een heel e-mailadres in, met een @."),
    "malformed": _l("Vul een heel e-mailadres in, bijvoorbeeld naam@gemeente.nl."),
    "control_character": _l("Er staat een onzichtbaar teken in het adres. Typ het opnieuw."),
    "too_long": _l("Dit adres is te lang. Het kan tot 254 tekens zijn."),
    # Octets of UTF-8 are counted (RFC 6531 §3.3).
    "local_too_long": _l(
        "Het deel vóór de @ is te lang. Het kan tot 64 tekens zijn. Een letter als ë telt voor "
        "twee."
    ),
    "none_chosen": _l("Kies één of meer thema’s, of kies ‘Niet’ bij de mail over je thema’s."),
    "changed_meanwhile": _l("Onze thema’s zijn net veranderd. Kijk ze na en bewaar opnieuw."),
    "unknown": _l("Eén van deze thema’s bestaat niet meer. Kies opnieuw."),
    "strange_character": _l("Er staat een teken in dat we niet kunnen tonen. Typ het opnieuw."),
    "too_long_words": _l("Dit is te lang. Het kan tot 200 tekens zijn."),
    "unknown_sector": _l("Kies een sector uit de lijst, of laat dit leeg."),
    "not_a_day": _l("Vul een dag in als dag, maand en jaar, bijvoorbeeld 3-3-2027."),
    "too_soon": _l("Kies een dag die nog moet komen, morgen of later."),
    "too_far": _l("Een pauze duurt hooguit twaalf maanden. Kies een eerdere dag."),
    "same_address": _l("Op dit adres krijg je onze mail al. Vul een ander adres in."),
    "too_many_changes": _l(
        "Je vroeg vandaag al drie keer om een ander adres. Probeer het morgen weer."
    ),
    "nothing_chosen": _l("Kies iets om te krijgen: het magazine, of een mail over je thema’s."),
}
CADENCES = (
    (Cadence.WEEKLY.value, _l("Elke week")),
    (Cadence.MONTHLY.value, _l("Elke maand")),
    (Cadence.NONE.value, _l("Niet")),
)
SECTORS = (
    ("", _l("Zeg ik liever niet")),
    (Sector.GEMEENTE.value, _l("Gemeente")),
    (Sector.PROVINCIE.value, _l("Provincie")),
    (Sector.WATERSCHAP.value, _l("Waterschap")),
    (Sector.RIJK.value, _l("Rijk")),
    (Sector.UITVOERING.value, _l("Uitvoeringsorganisatie")),
    (Sector.KENNIS.value, _l("Onderwijs of kennisinstelling")),
    (Sector.BEDRIJF.value, _l("Bedrijf")),
    (Sector.ANDERS.value, _l("Anders")),
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


class OptionalCadenceField(CadenceField):
    """How often, asked only when there is something to mail about: themes."""

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError when themes were chosen and no cadence, or no such cadence."""
        if self.data or form.themes.data:
            super().pre_validate(form)


class SourceField(HiddenField):  # type: ignore[misc]  # wtforms has no types
    """The page where the sign-up began, signed: the ledger names it (P01)."""

    def _value(self) -> str:
        return signed_source(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The page that was signed; None when it is missing or not ours."""
        self.data = opened_source(valuelist[0]) if valuelist else None


class QuestionField(HiddenField):  # type: ignore[misc]  # wtforms has no types
    """A digest of what the page asks, signed: only what was seen can be confirmed (P01)."""

    def _value(self) -> str:
        return signed_question(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The digest that was signed; None when it is missing or not ours."""
        self.data = opened_question(valuelist[0]) if valuelist else None


class DetailField(StringField):  # type: ignore[misc]  # wtforms has no types
    """A line that a reader may leave empty, checked as the domain checks it."""

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError with the reason as a sentence."""
        try:
            details.read(**{self.name: self.data or ""})
        except BadInput as fault:
            raise ValidationError(explain(fault)) from fault


class SectorField(SelectField):  # type: ignore[misc]  # wtforms has no types
    """Where a reader works; nothing is chosen beforehand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=SECTORS, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError on a word that is no sector."""
        if self.data and self.data not in set(Sector):
            raise ValidationError(str(REASONS["unknown_sector"]))


class ShortSignup(ConsentForm):
    """One address; asks for every edition."""

    address = AddressField(_l("Je e-mailadres"), id="address")
    website = StringField("", id="website")


class SignupForm(ConsentForm):
    """The whole form; only the address is needed."""

    source = SourceField()
    address = AddressField(_l("E-mailadres"), id="address")
    website = StringField("", id="website")
    name = DetailField(_l("Naam"), id="name")
    organisation = DetailField(_l("Organisatie"), id="organisation")
    sector = SectorField(_l("Waar werk je?"), id="sector")
    editions = BooleanField(_l("Stuur mij elke editie"), id="editions")
    themes = ThemesField(_l("Thema’s"), id="themes")
    cadence = OptionalCadenceField(
        _l("Hoe vaak wil je een mail over je thema’s?"), id="cadence", choices=CADENCES
    )

    @property
    def leaves_all_open(self) -> bool:
        """Whether she chose neither the magazine, nor themes, nor how often."""
        return not (self.editions.data or self.themes.data or self.cadence.data)


class PreferencesForm(KeptForm):
    """Everything a mailing's link may change."""

    themes = ThemesField(_l("Thema’s die je volgt"), id="themes")
    editions = BooleanField(_l("Stuur mij elke editie"), id="editions")
    cadence = CadenceField(_l("Mail over je thema’s"), id="cadence", choices=CADENCES)
    language = SelectField(
        _l("Taal van de mails"), id="language", choices=[("nl", "Nederlands"), ("en", "English")]
    )
    plain = BooleanField(_l("Alleen platte tekst"), id="plain")
    # How the themes stood when the form was shown: after a merge a box means something else.
    themes_state = HiddenField()


class PressForm(ReaderForm):
    """A button, and the proof that it stood on our page."""


class AskLinkForm(ReaderForm):
    """An address to mail a link to."""

    address = AddressField(_l("Je e-mailadres"), id="address")
    website = StringField("", id="website")


def offer_themes(field: ThemesField, themes: Iterable[Theme | ThemeKey]) -> None:
    """Let the field offer these themes."""
    field.choices = [(theme.slug, theme.slug) for theme in themes]


def choices_from(
    form: SignupForm | PreferencesForm, themes: Sequence[Theme | ThemeKey], *, language: Language
) -> Choices:
    """What a valid form chose, in the domain's words.

    A sign-up that leaves all open asks for every edition: the form says so beside its button.
    """
    picked = set(form.themes.data or ())
    plain = isinstance(form, PreferencesForm) and form.plain.data
    leaves_open = isinstance(form, SignupForm) and form.leaves_all_open
    return Choices(
        receives_editions=bool(form.editions.data) or leaves_open,
        cadence=Cadence(form.cadence.data or Cadence.NONE),
        theme_ids=frozenset(theme.id for theme in themes if theme.slug in picked),
        language=language,
        format=MailFormat.TEXT if plain else MailFormat.MAIL,
    )


def details_from(form: SignupForm) -> details.Details:
    """What a valid form said of its reader."""
    return details.read(
        name=form.name.data or "",
        organisation=form.organisation.data or "",
        sector=form.sector.data or "",
    )


def show_fault(form: ReaderForm, fault: BadInput) -> None:
    """Put a domain refusal at the field it names; the cadence when the form has no such field."""
    field = form._fields.get(fault.field) or form._fields["cadence"]
    field.errors = (*field.errors, explain(fault))


def is_caught(form: ShortSignup | SignupForm | AskLinkForm) -> bool:
    """Whether something filled the field that no person sees."""
    return bool(form.website.data)
