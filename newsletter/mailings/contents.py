"""What a mailing is made from: the domain's plain words, before any rendering."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Picture:
    """One file of an image as a mail shows it; its name is the hash of its content."""

    name: str
    width: int  # pixels of the file
    height: int
    alt: str


@dataclass(frozen=True)
class ThemeMark:
    """A theme as a page shows it: its sign, its name, and what its address ends in."""

    id: int
    slug: str
    sign: str
    name_nl: str
    name_en: str

    def name(self, language: str) -> str:
        """The theme's name in `nl` or `en`."""
        return self.name_en if language == "en" else self.name_nl


@dataclass(frozen=True)
class ArticleItem:
    """One article as a mail shows it; `language` is that of its text.

    `themes` are those of its names, as the page of an edition shows them.
    """

    id: int
    slug: str
    kind: str
    title: str
    authors: tuple[str, ...]
    summary: str
    page: int | None
    theme_names_nl: tuple[str, ...]
    theme_names_en: tuple[str, ...]
    subject: str | None = None
    language: str = "nl"
    picture: Picture | None = None
    themes: tuple[ThemeMark, ...] = ()


@dataclass(frozen=True)
class NoticeItem:
    """A line that a reader is owed, in one or both languages; `slug` is the article it is about."""

    id: int
    text_nl: str
    text_en: str | None = None
    slug: str | None = None


@dataclass(frozen=True)
class Section:
    """Articles of an edition under one heading, or under none."""

    title: str | None
    items: tuple[ArticleItem, ...]


@dataclass(frozen=True)
class EditionContent:
    """One edition, ready to be compiled; `appears_on` is a day in the magazine's time zone.

    `audience` names the rule by which its readers are found.
    """

    key: str
    volume: int
    number: int
    numbers_in_year: int
    title: str
    editorial_md: str
    subject: str
    preheader: str
    appears_on: date
    audience: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class EditionSelection:
    """All that decides one edition variant: language, format, and the notices owed."""

    language: str
    format: str
    notices: tuple[NoticeItem, ...] = ()

    @property
    def key(self) -> str:
        """`nl:mail`, or with the numbers of notices `nl:mail:3,8`."""
        numbers = ",".join(str(each.id) for each in self.notices)
        return ":".join(filter(None, (self.language, self.format, numbers)))


@dataclass(frozen=True)
class ThemeSection:
    """Articles of a digest under the theme that brought them."""

    theme_id: int
    slug: str
    name_nl: str
    name_en: str
    items: tuple[ArticleItem, ...]


@dataclass(frozen=True)
class ThemeRest:
    """How many more articles of a digest stand on the page of one of her themes alone."""

    theme_id: int
    slug: str
    name_nl: str
    name_en: str
    count: int


@dataclass(frozen=True)
class DigestSelection:
    """All that decides one digest variant: what is in full, what as a title, and where the rest is.

    `article_ids` is all that it covers, and so all that is in the mail or that it leads to.
    """

    key: str
    cadence: str
    language: str
    format: str
    sections: tuple[ThemeSection, ...]
    slot_on: date
    is_catch_up: bool = False  # the one mail of what a pause kept back
    links: tuple[ArticleItem, ...] = ()  # what follows those in full, as titles
    rest: tuple[ThemeRest, ...] = ()  # what follows the titles
    article_ids: tuple[int, ...] = ()
    line: str = ""  # plain words of an editor on top, the same in every selection of a slot
    notices: tuple[NoticeItem, ...] = ()

    @property
    def more(self) -> int:
        """How many articles stand on the pages of her themes alone."""
        return sum(each.count for each in self.rest)


@dataclass(frozen=True)
class CompiledBlock:
    """One encoded piece of a mail with its places still open."""

    name: str
    language: str
    format: str
    body: bytes
    hash: str


@dataclass(frozen=True)
class CompiledVariant:
    """An ordered list of blocks (by index in the manifest), its short texts, and their hash."""

    selection_key: str
    language: str
    format: str
    subject: str
    preheader: str
    why: str
    html: tuple[int, ...]
    text: tuple[int, ...]
    hash: str
    article_ids: tuple[int, ...] = ()
    notice_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class CompiledManifest:
    """Everything that one mailing may send; `hash` is what approval and archive refer to.

    It covers the audience, and of each variant the subject, the preheader and the body: of an
    edition of those that everybody may get, for who is owed a notice is known only when it leaves.
    Of an edition it covers its page too (newsletter/mailings/edition_page.py).
    """

    blocks: Sequence[CompiledBlock]
    variants: Sequence[CompiledVariant]
    audience: str
    hash: str
    page: dict[str, Any] | None = None  # of an edition: what its page shows, as it is kept
    mail_hash: str = ""  # of all but the page: what was approved before pages were frozen
