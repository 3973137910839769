"""The mail after confirming or coming back: choices, latest edition.

Places: manage_token, leave_token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from newsletter.deliveries.models import MailKind
from newsletter.emails.edition import CONTENT_LANGUAGE
from newsletter.emails.identity import Identity
from newsletter.emails.say import Say
from newsletter.emails.single import Choices, write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.words import words_of
from newsletter.emails.written import Written
from newsletter.mailings.contents import NoticeItem


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
    """What the reader chose, until when she pauses, and the latest edition if there is one."""

    language: str
    format: str
    choices: Choices
    latest: LatestEdition | None
    paused_until: date | None = None


def write(
    context: Welcome, *, identity: Identity, urls: Urls, notices: Sequence[NoticeItem] = ()
) -> Written:
    """The mail."""
    kind = MailKind.WELCOME
    words = words_of(kind, context.language)
    chosen = context.choices.in_words(kind, context.language)
    if context.paused_until is not None:
        until = Say(context.language, words).day(context.paused_until)
        chosen = (*chosen, words.paused.format(until))
    return write_kind(
        kind,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        notices=notices,
        context={
            "choices": chosen,
            "latest": context.latest,
            "edition_language": CONTENT_LANGUAGE,
        },
    )
