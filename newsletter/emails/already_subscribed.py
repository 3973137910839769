"""The mail to a subscriber who signs up again; places: manage_token, leave_token."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.single import write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.written import Written
from newsletter.mailings.contents import NoticeItem


@dataclass(frozen=True)
class AlreadySubscribed:
    """The reader's language and format."""

    language: str
    format: str


def write(
    context: AlreadySubscribed,
    *,
    identity: Identity,
    urls: Urls,
    notices: Sequence[NoticeItem] = (),
) -> Written:
    """The mail. Tells her that nothing changed and where her choices are (W07)."""
    return write_kind(
        MailKind.ALREADY_SUBSCRIBED,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        notices=notices,
        context={},
    )
