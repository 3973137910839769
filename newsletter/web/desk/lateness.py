"""Late: whether a mailing that stands still would go on later than we send without asking."""

from datetime import datetime

from flask import request

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import MailKind
from newsletter.mailings.models import Mailing
from newsletter.sending.carry_out import is_too_late

CONFIRMED = "late"


def moment_of(mailing: Mailing) -> datetime:
    """From when its lateness counts: an edition's own moment, and when a digest began to leave.

    A digest may have been late with somebody's consent.
    """
    is_edition = mailing.kind == MailKind.EDITION
    return mailing.cutoff_at if is_edition else mailing.sending_at or mailing.cutoff_at


def is_late(mailing: Mailing) -> bool:
    """Whether a person must say that it may go on all the same."""
    return is_too_late(moment_of(mailing), settings=settings(), now=clock.now())


def hours_late(mailing: Mailing) -> int:
    """How many whole hours its moment lies back."""
    return int((clock.now() - moment_of(mailing)).total_seconds() // 3600)


def is_confirmed() -> bool:
    """Whether the person said so, in the form that was posted."""
    return request.form.get(CONFIRMED) == "yes"
