"""The mail after confirming: choices, their link and the latest edition; place: manage_token."""

from dataclasses import dataclass
from datetime import date

from newsletter.deliveries.models import MailKind
from newsletter.emails.edition import CONTENT_LANGUAGE
from newsletter.emails.identity import Identity
from newsletter.emails.single import Choices, Written, write_kind
from newsletter.emails.urls import Urls


@dataclass(frozen=True)
class LatestEdition:
    """The latest edition as the welcome mail names it; it covers nothing."""

    key: str
    volume: int
    number: int
    numbers_in_year: int
    title: str
    appears_on: date


@dataclass(frozen=True)
class Welcome:
    """What the reader chose, and the latest edition if there is one."""

    language: str
    format: str
    choices: Choices
    latest: LatestEdition | None


def write(context: Welcome, *, identity: Identity, urls: Urls) -> Written:
    """The mail."""
    kind = MailKind.WELCOME
    return write_kind(
        kind,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={
            "choices": context.choices.in_words(kind, context.language),
            "latest": context.latest,
            "edition_language": CONTENT_LANGUAGE,
        },
    )
