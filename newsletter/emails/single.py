"""Mails to one reader: how the frame, the words and the encoding come together for each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.deliveries.models import MailKind
from newsletter.emails import templates
from newsletter.emails.identity import Identity
from newsletter.emails.notices import lines_of
from newsletter.emails.say import Say
from newsletter.emails.size import Size, check_size
from newsletter.emails.urls import Urls
from newsletter.emails.words import words_of
from newsletter.emails.written import MAIL, Written
from newsletter.mailer.encode import encode
from newsletter.mailings.contents import NoticeItem


def write_kind(
    kind: MailKind,
    *,
    language: str,
    format: str,
    identity: Identity,
    urls: Urls,
    context: Mapping[str, Any],
    notices: Sequence[NoticeItem] = (),
) -> Written:
    """A mail of that kind, with what its reader is owed to hear; the same input, the same bytes.

    Raises MailTooLarge, MailError.
    """
    short = {"name": identity.name, **context}
    subject = templates.line(kind, "subject", language=language, context=short)
    preheader = templates.line(kind, "preheader", language=language, context=short)
    full = {"subject": subject, "preheader": preheader,
            "notices": lines_of(notices, language), **context}
    text = templates.text_blocks(
        kind, language=language, identity=identity, urls=urls, context=full
    )
    html: tuple[bytes, ...] | None = None
    if format == MAIL:
        blocks = templates.html_blocks(
            kind, language=language, identity=identity, urls=urls, context=full
        )
        check_size(kind, map(Size, blocks.values()), {})
        html = tuple(encode(block) for block in blocks.values())
    return Written(subject, html, tuple(encode(block) for block in text.values()))


@dataclass(frozen=True)
class Choices:
    """What a reader chose; theme names are in her language, cadence is weekly, monthly or none."""

    editions: bool
    cadence: str
    theme_names: Sequence[str]
    editions_per_year: int = 8

    def in_words(self, kind: MailKind, language: str) -> tuple[str, ...]:
        """One sentence for each choice."""
        words = words_of(kind, language)
        say = Say(language, words)
        sentences: list[str] = []
        if self.editions:
            sentences.append(words.editions_yes.format(say.number(self.editions_per_year)))
        if self.cadence != "none":
            sentences.append(getattr(words.cadence, self.cadence))
            named = say.themes(tuple(self.theme_names)) or words.no_themes
            sentences.append(words.themes_label.format(named))
        return tuple(sentences)
