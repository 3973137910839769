"""The differences between two texts, word by word, as pieces that a page marks."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_PARTS = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing takes the square of these: longer ones are shown as gone and as new.
MOST_LINES = 1_500
MOST_WORDS = 1_500


class Piece(NamedTuple):
    """Some of the text: `same`, `gone` (only in the first) or `new` (only in the second)."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order; one that is the same makes one piece."""
    return _joined(_by_lines(before, after))


def around_changes(pieces: Sequence[Piece], *, lines: int = 2) -> list[Piece]:
    """The pieces with only so many lines of what stayed the same beside each change."""
    return [Piece(piece.kind, _ends(piece.text, lines, is_first=place == 0,
                                    is_last=place == len(pieces) - 1))
            if piece.kind == "same" else piece
            for place, piece in enumerate(pieces)]


def _ends(text: str, lines: int, *, is_first: bool, is_last: bool) -> str:
    whole = text.splitlines(keepends=True)
    head = [] if is_first else whole[:lines + 1]
    tail = [] if is_last else whole[-lines - 1:]
    if len(head) + len(tail) >= len(whole):
        return text
    return "".join([*head, "…\n", *tail])


def _by_lines(before: str, after: str) -> Iterator[Piece]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(old), len(new)) > MOST_LINES:
        yield from _replaced(before, after)
        return
    for kind, these, those in _steps(old, new):
        if kind == "equal":
            yield Piece("same", "".join(these))
        else:
            yield from _by_words("".join(these), "".join(those))


def _by_words(before: str, after: str) -> Iterator[Piece]:
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        yield from _replaced(before, after)
        return
    gone = fresh = ""
    for kind, these, those in _steps(old, new):
        words = "".join(these)
        # Space between two words that changed changed with them: so a sentence reads as one.
        if kind == "equal" and not (words.isspace() and (gone or fresh)):
            yield from _replaced(gone, fresh)
            yield Piece("same", words)
            gone = fresh = ""
        else:
            gone, fresh = gone + words, fresh + "".join(those)
    yield from _replaced(gone, fresh)


def _steps(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind, old[i1:i2], new[j1:j2]


def _replaced(before: str, after: str) -> Iterator[Piece]:
    if before == after:
        yield Piece("same", before)
        return
    yield Piece("gone", before)
    yield Piece("new", after)


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found
