"""The mail that asks whether a sign-up was meant; place to fill: confirm_token."""

from dataclasses import dataclass

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.single import Choices, write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.written import Written


@dataclass(frozen=True)
class ConfirmSignup:
    """What was asked on the form, in the language and format asked for."""

    language: str
    format: str
    choices: Choices


def write(context: ConfirmSignup, *, identity: Identity, urls: Urls) -> Written:
    """The mail. Its link opens a page with a button; it works for seven days (W01, W06)."""
    kind = MailKind.CONFIRM_SIGNUP
    return write_kind(
        kind,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={"choices": context.choices.in_words(kind, context.language)},
    )
