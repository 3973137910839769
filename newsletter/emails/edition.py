"""The mail of an edition: which blocks it has and in what order."""

from collections.abc import Iterable, Sequence
from typing import Any

from newsletter.deliveries.models import MailKind
from newsletter.emails.blocks import BOTTOM, HAIRLINE, OPENING, TOP, article, section
from newsletter.emails.editorial import Style
from newsletter.emails.identity import Identity
from newsletter.emails.notices import NoticeLine, order_of
from newsletter.mailings.contents import EditionContent, NoticeItem

CONTENT_LANGUAGE = "nl"  # the magazine's own; in an English frame its text carries lang (A02)

_SERIF = "font-family:Georgia,'Noto Serif','Liberation Serif',serif;font-size:18px;"


def context(
    content: EditionContent,
    identity: Identity,
    notices: Sequence[NoticeLine] = (),
    *,
    language: str = CONTENT_LANGUAGE,
) -> dict[str, Any]:
    """What the templates of an edition need; `notices` are all that any reader is owed.

    `language` is that of the frame. In one that is not the magazine's the mail goes by its number,
    for its subject is in the magazine's (A02).
    """
    called = f"{identity.name} {content.volume}·{content.number}"
    words = f"{_SERIF}line-height:28px;font-weight:normal;color:{identity.light.ink};"
    return {
        "edition": content,
        "mailing_key": f"{MailKind.EDITION}:{content.key}",
        "notices": notices,
        "edition_language": CONTENT_LANGUAGE,
        "name": identity.name,
        "called": "" if language == CONTENT_LANGUAGE else called,
        "editorial_style": Style(
            paragraph=f"margin:0 0 14px;{words}",
            item=f"margin:0 0 6px;{words}",
            link=f"color:{identity.light.green};text-decoration:underline;",
        ),
    }


def html_order(
    content: EditionContent, notices: Iterable[NoticeItem] = ()
) -> tuple[str, ...]:
    """The names of the blocks of the HTML: a hairline between articles, not under a heading."""
    names = [TOP, OPENING, *order_of(notices)]
    for index, each in enumerate(content.sections):
        names.append(section(index))
        for place, item in enumerate(each.items):
            names += [HAIRLINE, article(item.id)] if place else [article(item.id)]
    return (*names, BOTTOM)


def article_ids(content: EditionContent) -> tuple[int, ...]:
    """The articles that its readers have with it: no digest brings them again."""
    return tuple(sorted({item.id for each in content.sections for item in each.items}))


def text_order(
    content: EditionContent, notices: Iterable[NoticeItem] = ()
) -> tuple[str, ...]:
    """The names of the blocks of the plain text."""
    return tuple(name for name in html_order(content, notices) if name != HAIRLINE)
