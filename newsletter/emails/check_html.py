"""Check the HTML and the text of a compiled mail: headings, pictures, ways to stop, plain words."""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import pairwise

from newsletter.editions.finding import Finding
from newsletter.emails.size import LARGEST_HTML
from newsletter.mailer import places

LONGEST_LINE = 78  # RFC 5322 §2.1.1; an address may be longer
LEAST_WORDS = 0.5  # of the words of the HTML
NEARLY = 0.9  # of the size that may be
_WAYS = ("manage_token", "leave_token")
_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(\s[^<>]*)?/?>|\*\*|\]\(|^#{1,6} |&[a-z]{2,8};",
                     re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"https?://\S+")


class Outline(HTMLParser):
    """Reads of a page its headings, its pictures and its words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.levels: list[int] = []
        self.bare_images = 0
        self.empty_links = 0
        self.words = 0
        self._unseen = 0
        self._link: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        elif tag == "img" and dict(attrs).get("alt") is None:
            self.bare_images += 1
        elif tag in ("style", "title", "script"):
            self._unseen += 1
        elif tag == "a":
            self._link = str(dict(attrs).get("aria-label") or "")
        if tag == "img" and self._link is not None:
            self._link += str(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "title", "script"):
            self._unseen -= 1
        elif tag == "a" and self._link is not None:
            self.empty_links += not self._link.strip()
            self._link = None

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words += len(data.split())
            if self._link is not None:
                self._link += data


def check_html(outline: Outline) -> Iterator[Finding]:
    """What a reader who listens to the HTML would stumble over."""
    if not in_order(outline.levels):
        levels = ", ".join(f"h{level}" for level in outline.levels)
        yield Finding("heading_order", at="preview", said={"levels": levels})
    if outline.bare_images:
        yield Finding("bare_image", True, "preview", {"count": outline.bare_images})
    if outline.empty_links:
        yield Finding("empty_link", at="preview", said={"count": outline.empty_links})


def in_order(levels: Sequence[int]) -> bool:
    """Whether there is one h1, first, and no level is skipped on the way down."""
    steps = pairwise(levels)
    return list(levels[:1]) == [1] and levels.count(1) == 1 and all(
        later <= earlier + 1 for earlier, later in steps)


def check_text(text: str, *, words_in_html: int) -> Iterator[Finding]:
    """What a reader of the plain text would stumble over."""
    plain = _ADDRESS.sub("", text)
    if len(plain.split()) < LEAST_WORDS * words_in_html:
        yield Finding("short_text", at="preview")
    long = max((len(line) for line in text.splitlines() if not _ADDRESS.search(line)), default=0)
    if long > LONGEST_LINE:
        yield Finding("long_lines", at="preview", said={"count": long})
    if found := _MARKUP.search(plain):
        yield Finding("markup_in_text", at="preview", said={"found": found[0][:40]})


def check_ways(source: str, *, language: str, part: str) -> Iterator[Finding]:
    """Whether the ways to change and to stop stand in a part; `source` has its places open."""
    there = set(places.PATTERN.findall(source))
    for name in _WAYS:
        if name not in there:
            yield Finding(f"no_{name.removesuffix('_token')}_link", True, "preview",
                          {"language": language, "part": part})


def check_size(largest: int) -> Iterator[Finding]:
    """Whether the HTML comes near the size at which Gmail clips it (M11), in bytes."""
    if largest > NEARLY * LARGEST_HTML:
        yield Finding("nearly_too_large", at="order", said={
            "kb": -(-largest // 1024), "most": LARGEST_HTML // 1024})
