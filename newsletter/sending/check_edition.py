"""Check an edition as it would leave now: its texts, its articles, its links and its mail."""

import quopri
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.config import Settings
from newsletter.editions.check_items import check_items, check_missing, used_before
from newsletter.editions.check_links import Links, check_links, summed
from newsletter.editions.check_texts import check_texts
from newsletter.editions.finding import Finding
from newsletter.editions.links import links_of
from newsletter.editions.models import Edition
from newsletter.editions.try_links import tried_of
from newsletter.emails.check_contrast import check_contrast
from newsletter.emails.check_html import (
    Outline,
    check_html,
    check_size,
    check_text,
    check_ways,
)
from newsletter.emails.size import LARGEST_HTML
from newsletter.errors import EditionNotReady
from newsletter.mailings.contents import CompiledManifest, CompiledVariant
from newsletter.sending.house import House, house_of


@dataclass(frozen=True)
class Looked:
    """What a look at an edition found; `largest` is the bytes of its largest HTML, if any."""

    findings: tuple[Finding, ...]
    links: Links
    largest: int | None

    @property
    def wrong(self) -> list[Finding]:
        """What must be mended before it may leave."""
        return [each for each in self.findings if each.is_wrong]


def check_edition(
    edition: Edition,
    manifest: CompiledManifest | None,
    *,
    house: House,
    is_too_large: bool = False,
    send_at: datetime | None = None,
) -> Looked:
    """Look the edition over, as it would leave then or at its own moment.

    Without a manifest no mail can be made, perhaps for its size.
    """
    links = links_of(edition)
    tried = tried_of({link.address for link in links})
    found = check_missing(edition, send_at=send_at)
    if is_too_large:
        found.append(Finding("too_large", True, "order", {"most": LARGEST_HTML // 1024}))
    elif manifest is None:
        found.append(Finding("unmakeable", True, "preview"))
    found += check_texts(edition)
    found += check_items(edition, used=used_before(edition))
    found += check_links(links, tried)
    found += check_contrast(house.identity)
    if manifest is not None:
        found += check_mail(manifest)
    largest = largest_html(manifest) if manifest is not None else None
    if largest is not None:
        found += check_size(largest)
    return Looked(tuple(_once(found)), summed(links, tried), largest)


def refuse_blocked(
    edition: Edition,
    manifest: CompiledManifest | None,
    *,
    settings: Settings,
    send_at: datetime | None = None,
) -> None:
    """Only who compiles knows all that stands in the way of approving it or letting it leave.

    Raises EditionNotReady with the codes of what must be mended first, each once.
    """
    looked = check_edition(edition, manifest, house=house_of(settings), send_at=send_at)
    if looked.wrong:
        raise EditionNotReady(list(dict.fromkeys(each.code for each in looked.wrong)))


def check_mail(manifest: CompiledManifest) -> list[Finding]:
    """The compiled mail, each variant of it."""
    found: list[Finding] = []
    for variant in manifest.variants:
        html, text = source_of(manifest, variant.html), source_of(manifest, variant.text)
        found += check_ways(text, language=variant.language, part="text")
        if variant.html:
            found += check_ways(html, language=variant.language, part="html")
            outline = Outline(html)
            found += check_html(outline)
            found += check_text(text, words_in_html=outline.words)
    return found


def largest_html(manifest: CompiledManifest) -> int:
    """Bytes of HTML of the largest variant; quoted-printable counts a little over."""
    return max((_size(manifest, variant) for variant in manifest.variants), default=0)


def source_of(manifest: CompiledManifest, blocks: Sequence[int]) -> str:
    """Blocks as text again, their places still open."""
    joined = b"".join(manifest.blocks[index].body for index in blocks)
    return quopri.decodestring(joined).decode().replace("\r\n", "\n")


def _once(found: Iterable[Finding]) -> list[Finding]:
    """The variants have most of their faults in common."""
    kept: list[Finding] = []
    for each in found:
        if each not in kept:
            kept.append(each)
    return kept


def _size(manifest: CompiledManifest, variant: CompiledVariant) -> int:
    return sum(len(manifest.blocks[index].body) for index in variant.html)
