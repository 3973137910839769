"""The mail that asks a new address whether it is meant; place to fill: confirm_address_token."""

from dataclasses import dataclass

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.single import write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.written import Written


@dataclass(frozen=True)
class ConfirmAddress:
    """Who asked: the present address, masked, for the new mailbox may be a stranger's."""

    language: str
    format: str
    asked_by: str


def write(context: ConfirmAddress, *, identity: Identity, urls: Urls) -> Written:
    """The mail. Its link opens a page with a button; it works for seven days (W01, W12)."""
    return write_kind(
        MailKind.CONFIRM_ADDRESS,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={"asked_by": context.asked_by},
    )
