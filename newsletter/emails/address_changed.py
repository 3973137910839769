"""The mail that tells the old address that it changed; place to fill: undo_address_token."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.say import Say
from newsletter.emails.single import write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.words import words_of
from newsletter.emails.written import Written


@dataclass(frozen=True)
class AddressChanged:
    """The new address, masked, and when it was confirmed, on the clock of Amsterdam."""

    language: str
    format: str
    new_address: str
    changed_at: datetime


def write(context: AddressChanged, *, identity: Identity, urls: Urls) -> Written:
    """The mail. The old side can take the change back for seven days (W12)."""
    kind = MailKind.ADDRESS_CHANGED
    words = words_of(kind, context.language)
    at = context.changed_at
    return write_kind(
        kind,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={
            "new_address": context.new_address,
            "day": Say(context.language, words).day(at.date()),
            "time": f"{at:%H.%M}",
        },
    )
