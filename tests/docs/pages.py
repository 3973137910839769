"""The documentation as data: its pages, links, tables, code and fenced blocks."""

import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.core import ROOT

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_SHELL = ("sh", "console")


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path from the root."""
        return str(self.path.relative_to(ROOT))

    @property
    def source(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """It without its fenced blocks."""
        return _FENCE.sub("", self.source)

    def links(self) -> list[str]:
        """Where its links and pictures lead."""
        return _LINK.findall(self.prose)

    def anchors(self) -> set[str]:
        """The anchors of its headings, as GitHub makes them."""
        return {
            re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in _HEADING.findall(self.prose)
        }

    def headings(self) -> list[str]:
        """Its headings in order."""
        return _HEADING.findall(self.prose)

    def codes(self) -> list[str]:
        """What stands between single backticks, each on one line."""
        return [" ".join(code.split()) for code in _CODE.findall(self.prose)]

    def bold(self) -> list[str]:
        """What stands in bold, each on one line."""
        return [" ".join(words.split()) for words in _BOLD.findall(self.prose)]

    def blocks(self, *languages: str) -> list[str]:
        """The fenced blocks in these languages, or all of them."""
        return [
            body for _, language, body in _FENCE.findall(self.source)
            if not languages or language in languages
        ]

    def commands(self) -> list[str]:
        """What a reader may type: code in the text, and each line of the shell's blocks."""
        lines = [line for block in self.blocks(*_SHELL) for line in block.splitlines()]
        return [*self.codes(), *(line.partition(" #")[0].strip() for line in lines)]

    def table(self, first_head: str) -> list[list[str]]:
        """The cells of the table whose first column has this head, without heads."""
        lines = iter(self.prose.splitlines())
        for line in lines:
            if line.startswith(f"| {first_head} |"):
                break
        else:
            raise LookupError(f"{self.name} has no table that begins with {first_head!r}")
        next(lines)
        rows = []
        for line in lines:
            if not line.startswith("|"):
                break
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        return rows

    def column(self, first_head: str) -> list[str]:
        """The first column of that table, without its backticks."""
        return [row[0].strip("`") for row in self.table(first_head)]


def page(name: str) -> Page:
    """The page at a path from the root."""
    return Page(ROOT / name)


PAGES = [page("README.md"), *(Page(path) for path in sorted((ROOT / "docs").rglob("*.md")))]
