"""The forms with which the desk finds a reader and looks at her address."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField

from newsletter.web.desk.forms import DeskForm


class LookReason(StrEnum):
    """Why somebody of the desk looks at a whole address."""

    REQUEST = "request"
    QUESTION = "question"
    TROUBLE = "trouble"


class FindForm(DeskForm):
    """One whole address."""

    address = EmailField(_l("E-mailadres"))


class RevealForm(DeskForm):
    """Why the whole address must be seen."""

    reason = RadioField(
        _l("Waarom wil je het hele adres zien?"),
        choices=[
            (LookReason.REQUEST.value, _l("De lezer vroeg iets")),
            (LookReason.QUESTION.value, _l("Nagaan of dit de juiste lezer is")),
            (LookReason.TROUBLE.value, _l("Mail komt niet aan")),
        ],
        validate_choice=False,
    )
