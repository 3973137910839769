"""Compile: content of the domain into blocks and variants, each block once per language."""

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from newsletter.deliveries.models import MailKind
from newsletter.emails import digest, edition, templates
from newsletter.emails.identity import Identity
from newsletter.emails.notices import lines_of
from newsletter.emails.size import LARGEST_HTML, Size, check_size, size_of
from newsletter.emails.urls import Urls
from newsletter.emails.words import LANGUAGES
from newsletter.emails.written import MAIL, TEXT
from newsletter.errors import MailTooLarge
from newsletter.mailer import places
from newsletter.mailer.encode import encode
from newsletter.mailer.plain import one_line
from newsletter.mailings.contents import (
    CompiledBlock,
    CompiledManifest,
    CompiledVariant,
    DigestSelection,
    EditionContent,
    EditionSelection,
    NoticeItem,
)
from newsletter.mailings.edition_page import hash_of_page, page_of

HTML = "html"


def compile_edition(
    content: EditionContent,
    *,
    identity: Identity,
    urls: Urls,
    languages: Sequence[str] = LANGUAGES,
    owed: Iterable[EditionSelection] = (),
) -> CompiledManifest:
    """The edition in each language, as mail and as plain text, and for each set of notices owed.

    Selection keys are `nl:mail`, `nl:text`, `en:mail`, `en:text`, and those of `owed`, which the
    hash does not cover; what its page shows it does. Raises MailTooLarge, MailError.
    """
    press = _Press(content.audience)
    base = [EditionSelection(language, chosen) for language in languages for chosen in (MAIL, TEXT)]
    selections = list(dict.fromkeys((*base, *owed)))
    for language in dict.fromkeys(each.language for each in selections):
        mine = [each for each in selections if each.language == language]
        notices = lines_of((item for each in mine for item in each.notices), language)
        context = edition.context(content, identity, notices, language=language)
        press.print(MailKind.EDITION, language, identity=identity, urls=urls, context=context)
        for selection in mine:
            press.add_fitting(
                selection.key,
                selection.notices,
                language=language,
                format=selection.format,
                short=_edition_lines(language, context),
                html=lambda notices: edition.html_order(content, notices),
                text=lambda notices: edition.text_order(content, notices),
                article_ids=edition.article_ids(content),
            )
    return press.manifest(within={each.key for each in base}, page=page_of(content))


def compile_digests(
    selections: Iterable[DigestSelection], *, mailing_key: str, identity: Identity, urls: Urls
) -> CompiledManifest:
    """One variant for each selection key, all over the same blocks.

    `mailing_key` is that of the slot: its audience, and by it the mail asks whether it was useful.
    Of a mail that would be clipped the last articles are titles, as many as it takes (M11).
    Raises MailTooLarge, MailError.
    """
    press = _Press(mailing_key)
    distinct = {selection.key: selection for selection in selections}
    for language in sorted({selection.language for selection in distinct.values()}):
        mine = [each for each in distinct.values() if each.language == language]
        context = {"plan": digest.plan(mine, language=language), "mailing_key": mailing_key,
                   "called": digest.called(identity.name, language)}
        press.print(MailKind.DIGEST, language, identity=identity, urls=urls, context=context)
        for selection in map(press.fitting, mine):
            press.add_fitting(
                selection.key,
                selection.notices,
                language=language,
                format=selection.format,
                short=digest.lines(selection),
                html=partial(digest.html_order, selection),
                text=partial(digest.text_order, selection),
                article_ids=selection.article_ids,
            )
    return press.manifest()


def _edition_lines(language: str, context: Mapping[str, object]) -> dict[str, str]:
    return {
        name: templates.line(MailKind.EDITION, name, language=language, context=context)
        for name in places.VARIANT_PLACES
    }


class _Press:
    """Gathers blocks and variants while a mailing is compiled."""

    def __init__(self, audience: str) -> None:
        self._audience = audience
        self._blocks: list[CompiledBlock] = []
        self._index: dict[tuple[str, str, str], int] = {}
        self._sources: list[Size] = []
        self._variants: list[CompiledVariant] = []

    def print(
        self,
        kind: MailKind,
        language: str,
        *,
        identity: Identity,
        urls: Urls,
        context: Mapping[str, object],
    ) -> None:
        """Render and encode every block of one language."""
        full = {
            "subject": templates.PLACE["subject"],
            "preheader": templates.PLACE["preheader"],
            **context,
        }
        html = templates.html_blocks(
            kind, language=language, identity=identity, urls=urls, context=full
        )
        text = templates.text_blocks(
            kind, language=language, identity=identity, urls=urls, context=full
        )
        for part, blocks in ((HTML, html), (TEXT, text)):
            for name, source in blocks.items():
                body = encode(source)
                self._index[(name, language, part)] = len(self._blocks)
                digest_of_body = hashlib.sha256(body).hexdigest()
                self._blocks.append(CompiledBlock(name, language, part, body, digest_of_body))
                self._sources.append(Size(source))

    def fitting(self, selection: DigestSelection) -> DigestSelection:
        """The digest with as many of its articles in full as are not too large (M11)."""
        while selection.format != TEXT and not self._fits(selection):
            shorter = digest.shorter(selection)
            if shorter is None:
                break
            selection = shorter
        return selection

    def _fits(self, selection: DigestSelection) -> bool:
        names = digest.html_order(selection, selection.notices)
        blocks = (self._sources[self._index[name, selection.language, HTML]] for name in names)
        return size_of(blocks, digest.lines(selection)) <= LARGEST_HTML

    def add_fitting(
        self,
        key: str,
        notices: Sequence[NoticeItem],
        *,
        html: Callable[[Sequence[NoticeItem]], Sequence[str]],
        text: Callable[[Sequence[NoticeItem]], Sequence[str]],
        **given: Any,
    ) -> None:
        """A variant with its notices; those that make it too large wait for the next mail (M11).

        Raises MailTooLarge when it is so without them.
        """
        try:
            self.add_variant(key, html=html(notices), text=text(notices), notices=notices, **given)
        except MailTooLarge:
            if not notices:
                raise
            self.add_variant(key, html=html(()), text=text(()), notices=(), **given)

    def add_variant(
        self,
        key: str,
        *,
        language: str,
        format: str,
        short: Mapping[str, str],
        html: Sequence[str],
        text: Sequence[str],
        article_ids: Sequence[int],
        notices: Sequence[NoticeItem],
    ) -> None:
        """A variant over the printed blocks. Raises MailTooLarge (M11)."""
        short = {name: one_line(value) for name, value in short.items()}
        html_blocks = tuple(self._index[(name, language, HTML)] for name in html)
        text_blocks = tuple(self._index[(name, language, TEXT)] for name in text)
        if format == TEXT:
            html_blocks = ()
        check_size(key, (self._sources[index] for index in html_blocks), short)
        ordered = (self._blocks[index].hash for index in (*html_blocks, *text_blocks))
        self._variants.append(
            CompiledVariant(
                selection_key=key,
                language=language,
                format=format,
                subject=short["subject"],
                preheader=short["preheader"],
                why=short["why"],
                html=html_blocks,
                text=text_blocks,
                hash=_hash(short["subject"], short["preheader"], short["why"], *ordered),
                article_ids=tuple(article_ids),
                notice_ids=tuple(each.id for each in notices),
            )
        )

    def manifest(
        self, within: Container[str] | None = None, page: dict[str, Any] | None = None
    ) -> CompiledManifest:
        """What was gathered; its hash does not depend on the order of the variants.

        `within`: the selection keys that it covers, of all if none are given. `page`: what the
        page of an edition shows, which it covers too.
        """
        lines = sorted(
            f"{each.selection_key} {each.language} {each.format} {each.hash}"
            for each in self._variants
            if within is None or each.selection_key in within
        )
        mail_hash = _hash(self._audience, *lines)
        whole = mail_hash if page is None else _hash(mail_hash, hash_of_page(page))
        return CompiledManifest(tuple(self._blocks), tuple(self._variants), self._audience,
                                whole, page, mail_hash)


def _hash(*parts: str) -> str:
    # The parts hold no NUL, so no two lists of parts give the same bytes.
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
