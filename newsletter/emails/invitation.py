"""The mail that invites somebody to the desk; place: invitation_token."""

from dataclasses import dataclass

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.single import write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.written import Written


@dataclass(frozen=True)
class Invitation:
    """Who invites is not said: whoever can log in may see it in the log of the desk."""

    language: str
    format: str


def write(context: Invitation, *, identity: Identity, urls: Urls) -> Written:
    """The mail. Holds the one link, which works once and for seven days."""
    return write_kind(
        MailKind.INVITATION,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={},
    )
