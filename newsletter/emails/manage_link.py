"""The mail with the links to choices and own data; places: manage_token, personal_token."""

from dataclasses import dataclass

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.single import Written, write_kind
from newsletter.emails.urls import Urls


@dataclass(frozen=True)
class ManageLink:
    """Whether she is a reader now: who left may still see and erase her data."""

    language: str
    format: str
    is_reader: bool


def write(context: ManageLink, *, identity: Identity, urls: Urls) -> Written:
    """The mail. Holds the lasting link, and the one to her own data that works for half an hour."""
    return write_kind(
        MailKind.MANAGE_LINK,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={"is_reader": context.is_reader},
    )
