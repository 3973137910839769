"""HTML from elsewhere, such as a feed or a word processor, as clean Markdown or as plain words.

First an allow-list decides what is left of it (S09), so that what remains is a handful of tags
without attributes; then each becomes the sign that Markdown has for it, and signs that stand in
the text itself are escaped.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import nh3

DEEPEST = 8  # lists and quotes inside each other that still show; deeper ones stand as deep
LONGEST_SOURCE = 2_000_000  # characters; what comes after is left out
_BLOCKS = {"p", "div", "section", "article", "table", "tr", "blockquote", "pre"}
_HEADINGS = {"h1": "## ", "h2": "## ", "h3": "### ", "h4": "### ", "h5": "### ", "h6": "### "}
_AROUND = {"em": "*", "i": "*", "strong": "**", "b": "**"}
_KEPT = {*_BLOCKS, *_HEADINGS, *_AROUND, "a", "ul", "ol", "li", "br", "hr", "td", "th"}
# A typed text is HTML when it closes what only HTML has; Markdown may hold a lone `<`.
_IS_HTML = re.compile(r"</(p|div|span|table|ul|ol|li|h[1-6]|body|html|style|o:p)\s*>|<!--\[if|<o:p",
                      re.IGNORECASE)
_SIGNS = re.compile(r"([\\`*_\[\]<>])")
_AT_BEGIN = re.compile(r"^(\s*)([#+-]|\d+[.)])(?=\s)", re.MULTILINE)


def is_html(text: str) -> bool:
    """Whether a text that was typed or pasted is HTML rather than Markdown."""
    return _IS_HTML.search(text) is not None


def to_markdown(html: str, *, base: str = "") -> str:
    """The HTML as Markdown; links that are not whole are so from the address `base`."""
    writer = _Writer(base)
    writer.feed(_clean(html))
    writer.close()
    return writer.text()


def to_words(html: str) -> str:
    """The HTML as plain words on one line."""
    reader = _Words()
    reader.feed(_clean(html))
    reader.close()
    return " ".join("".join(reader.found).split())


def _clean(html: str) -> str:
    return nh3.clean(
        html[:LONGEST_SOURCE],
        tags=_KEPT,
        attributes={"a": {"href"}},
        clean_content_tags={"script", "style", "title", "xml"},
        link_rel=None,
        # `base` makes the others whole, and they are looked at again then.
        url_schemes={"http", "https", "mailto"},
    )


def _whole(base: str, address: str) -> str:
    try:
        return urljoin(base, address) if address else ""
    except ValueError:  # such as an IPv6 host without its end
        return ""


class _Words(HTMLParser):
    """Gathers the words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _AROUND and tag != "a":
            self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _AROUND and tag != "a":
            self.found.append(" ")


class _Writer(HTMLParser):
    """Writes Markdown, paragraph by paragraph."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._done: list[str] = []
        self._now: list[str] = []
        self._mark = ""
        self._lists: list[int] = []  # of each open list the next number; 0 has bullets
        self._addresses: list[str] = []
        self._quotes = 0

    def text(self) -> str:
        """What was written, in paragraphs."""
        self._end()
        return "\n".join(self._done).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _AROUND:
            self._now.append(_AROUND[tag])
        elif tag == "a":
            self._addresses.append(_whole(self._base, dict(attrs).get("href") or ""))
            self._now.append("[")
        elif tag == "br":
            self._now.append("\n")
        elif tag in ("td", "th"):
            self._now.append(" ")
        else:
            self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _AROUND:
            self._close(_AROUND[tag])
        elif tag == "a" and self._addresses:
            self._close_link(self._addresses.pop())
        elif tag in ("ul", "ol"):
            self._end()
            if self._lists:
                self._lists.pop()
        elif tag == "blockquote":
            self._end()
            self._quotes = max(0, self._quotes - 1)
        elif tag in _BLOCKS or tag in _HEADINGS or tag == "li":
            self._end()

    def handle_data(self, data: str) -> None:
        self._now.append(_SIGNS.sub(r"\\\1", re.sub(r"\s+", " ", data)))

    def _begin(self, tag: str) -> None:
        # A paragraph right inside an item is that item's own.
        if tag in ("p", "div") and self._mark and not "".join(self._now).strip():
            return
        self._end()
        if tag in _HEADINGS:
            self._mark = _HEADINGS[tag]
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._mark = self._item()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "hr":
            self._add("---")

    def _item(self) -> str:
        if not self._lists:
            return "- "
        indent, number = "   " * min(len(self._lists) - 1, DEEPEST), self._lists[-1]
        if number:
            self._lists[-1] += 1
        return f"{indent}{number}. " if number else f"{indent}- "

    def _close(self, sign: str) -> None:
        """End what is emphasised; nothing but space in it is no emphasis."""
        opened = len(self._now) - 1 - self._now[::-1].index(sign) if sign in self._now else -1
        if opened < 0:
            return
        inside = "".join(self._now[opened + 1:])
        del self._now[opened:]
        words = inside.strip()
        if not words or "\n" in words:
            self._now.append(inside)
            return
        before, after = (" " if inside[:1] == " " else ""), (" " if inside[-1:] == " " else "")
        self._now += [before, f"{sign}{words}{sign}", after]

    def _close_link(self, address: str) -> None:
        opened = len(self._now) - 1 - self._now[::-1].index("[") if "[" in self._now else -1
        if opened < 0:
            return
        words = "".join(self._now[opened + 1:]).strip()
        del self._now[opened:]
        is_whole = address.startswith(("https://", "http://", "mailto:"))
        is_plain = not re.search(r"[\s<>()\\]", address)
        if words and is_whole and is_plain:
            self._now.append(f"[{words}]({address})")
        else:
            self._now.append(words)

    def _end(self) -> None:
        written = "".join(self._now)
        self._now, mark = [], self._mark
        self._mark = ""
        lines = [" ".join(line.split()) for line in written.split("\n")]
        text = "\\\n".join(line for line in lines if line)
        if text:
            is_item = bool(mark) and mark not in _HEADINGS.values()
            self._add(mark + (text if mark else _AT_BEGIN.sub(r"\1\\\2", text)), is_item=is_item)

    def _add(self, text: str, *, is_item: bool = False) -> None:
        quoted = "> " * min(self._quotes, DEEPEST)
        follows = is_item and bool(self._done) and bool(
            re.match(r"(> )*\s*(-|\d+\.) ", self._done[-1]))
        if self._done and not follows:
            self._done.append(quoted.rstrip())
        self._done += [quoted + line for line in text.split("\n")]
