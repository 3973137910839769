"""The forms that ask a leaver why, when she wants to tell."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import ValidationError

from newsletter.subscribers.models import LeavingReason
from newsletter.web.forgery import ReaderForm
from newsletter.web.kept import KeptForm

REASONS = (
    (LeavingReason.TOO_MUCH.value, _l("Ik kreeg te veel mail")),
    (LeavingReason.NOT_FOR_ME.value, _l("De onderwerpen passen niet bij mij")),
    (LeavingReason.OTHER_WORK.value, _l("Ik doe nu ander werk")),
    (LeavingReason.OTHER.value, _l("Iets anders")),
)


class ReasonField(RadioField):  # type: ignore[misc]  # wtforms has no types
    """Why; nothing is chosen beforehand."""

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError when nothing, or no reason of ours, was chosen."""
        if self.data not in set(LeavingReason):
            raise ValidationError(_("Kies een reden, of sla dit over."))


class _Reason:
    reason = ReasonField(_l("Waarom stop je?"), id="reason", choices=REASONS)


class ReasonForm(_Reason, ReaderForm):
    """Behind the unsubscribe link; no cookie."""


class KeptReasonForm(_Reason, KeptForm):
    """Behind the link to her choices."""
