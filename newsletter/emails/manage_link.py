"""The mail with the links to choices and own data.

Places: manage_token, personal_token, and of a reader leave_token.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.single import write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.written import Written
from newsletter.mailings.contents import NoticeItem


@dataclass(frozen=True)
class ManageLink:
    """Whether she is a reader now: who left may still see and erase her data."""

    language: str
    format: str
    is_reader: bool


def write(
    context: ManageLink, *, identity: Identity, urls: Urls, notices: Sequence[NoticeItem] = ()
) -> Written:
    """The mail. Holds the lasting link, and the one to her own data that works for half an hour."""
    return write_kind(
        MailKind.MANAGE_LINK,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        notices=notices,
        context={"is_reader": context.is_reader},
    )
