"""The forms of requests under the AVG and of the suppression list."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TextAreaField

from newsletter.subscribers.models import Sector
from newsletter.subscribers.request_models import RequestOutcome
from newsletter.web.desk.forms import DeskForm
from newsletter.web.desk.reader_words import SECTORS
from newsletter.web.desk.request_words import KINDS, OUTCOMES

# What a deed of the house brings about is said by that deed, and not by hand.
_BY_HAND = tuple(one for one in RequestOutcome if one is not RequestOutcome.ERASED)


class OpenForm(DeskForm):
    """What was asked, and when it came in."""

    kind = RadioField(_l("Wat vraagt de lezer?"), validate_choice=False,
                      choices=[(kind.value, words) for kind, words in KINDS.items()])
    received_on = StringField(_l("Binnengekomen op"))


class CloseForm(DeskForm):
    """How it was handled."""

    outcome = SelectField(
        _l("Hoe is het afgehandeld?"), validate_choice=False,
        choices=[("", _l("Kies")), *((one.value, OUTCOMES[one]) for one in _BY_HAND)],
    )
    note = TextAreaField(_l("Aantekening"))


class ExtendForm(DeskForm):
    """Why a month is not enough."""

    because = TextAreaField(_l("Waarom heb je meer tijd nodig?"))


class EraseForm(DeskForm):
    """The reader's number, typed, and her wish never to be written to."""

    typed = StringField(_l("Typ het nummer van de lezer"))
    never_again = BooleanField(_l("De lezer wil ook nooit meer mail"))


class StopForm(DeskForm):
    """Stop what there is, or never write again."""

    how = RadioField(
        _l("Wat wil de lezer?"), validate_choice=False,
        choices=[("stop", _l("Stoppen. Later weer abonnee worden kan.")),
                 ("never", _l("Nooit meer mail. Het adres komt op de stoplijst."))],
    )


class CorrectForm(DeskForm):
    """Name, organisation and sector as they should be."""

    name = StringField(_l("Naam"))
    organisation = StringField(_l("Organisatie"))
    sector = SelectField(
        _l("Soort organisatie"), validate_choice=False,
        choices=[("", _l("Niet bekend")), *((one.value, SECTORS[one]) for one in Sector)],
    )


class LookUpForm(DeskForm):
    """One whole address."""

    address = EmailField(_l("E-mailadres"), id="look_up")


class NeverForm(DeskForm):
    """An address that is never to be written to again."""

    address = EmailField(_l("E-mailadres"), id="never")


class LiftForm(DeskForm):
    """An address that may be written to again, and the reader's own request for it."""

    address = EmailField(_l("E-mailadres"), id="lift")
    asked_on = StringField(_l("Dag van het verzoek"))
    is_hers = BooleanField(_l("De lezer vroeg dit zelf, schriftelijk"))
