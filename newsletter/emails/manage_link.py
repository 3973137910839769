"""The mail with the link to a reader's choices; place to fill: manage_token."""

from dataclasses import dataclass

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.single import Written, write_kind
from newsletter.emails.urls import Urls


@dataclass(frozen=True)
class ManageLink:
    """The reader's language and format."""

    language: str
    format: str


def write(context: ManageLink, *, identity: Identity, urls: Urls) -> Written:
    """The mail. Holds the link that was asked for on the website."""
    return write_kind(
        MailKind.MANAGE_LINK,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={},
    )
