"""The mail that reminds somebody of the desk of a deadline of an edition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.say import Say
from newsletter.emails.single import write_kind
from newsletter.emails.urls import Urls
from newsletter.emails.words import words_of
from newsletter.emails.written import Written

MOST = 10  # of what misses; the page of the edition has all of it


@dataclass(frozen=True)
class Missing:
    """What an edition lacks, by its code, and the title of the article that lacks it."""

    what: str
    title: str = ""


@dataclass(frozen=True)
class Reminder:
    """Which deadline (`copy`, `approval` or `sending`), when on Amsterdam's clock, what misses."""

    language: str
    format: str
    key: str
    title: str
    deadline: str
    deadline_at: datetime
    missing: Sequence[Missing]


def write(context: Reminder, *, identity: Identity, urls: Urls) -> Written:
    """The mail, with a link to the edition and to where reminders are switched off."""
    kind = MailKind.REMINDER
    words = words_of(kind, context.language)
    say = Say(context.language, words)
    at = context.deadline_at
    shown = {"number": context.key.replace("-", "·"), "day": say.day(at.date()),
             "time": f"{at:%H.%M}"}
    named = [
        getattr(words.missing, each.what) + (words.of_article.format(each.title)
                                             if each.title else "")
        for each in context.missing
    ]
    return write_kind(
        kind,
        language=context.language,
        format=context.format,
        identity=identity,
        urls=urls,
        context={
            **shown,
            "deadline": context.deadline,
            "key": context.key,
            "edition_title": context.title,
            "missing": named[:MOST],
            "more": max(0, len(named) - MOST),
        },
    )
