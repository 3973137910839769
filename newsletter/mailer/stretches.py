"""Stretches: blocks and header lines cut at their open places, and put together in few pieces."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from newsletter.mailer import places
from newsletter.mailer.dkim import canonical_body


class Stretch:
    """Ready bytes; or an open place by its name."""

    __slots__ = ("name", "sent", "signed")

    def __init__(self, sent: bytes, name: str | None = None) -> None:
        self.sent = sent
        self.name = name
        self.signed: bytes | None = None  # as a signature sees them, once that was asked for

    def see(self) -> bytes:
        """The bytes as a signature sees them, the same object if they do not differ; found once
        for all variants that share the stretch (RFC 6376 §3.4.4).
        """
        if self.signed is None:
            signed = canonical_body(self.sent)
            self.signed = self.sent if signed == self.sent else signed
        return self.signed


class Cut(NamedTuple):
    """A block in stretches, and the names of its places."""

    stretches: tuple[Stretch, ...]
    names: frozenset[str]


# Blocks that were cut before, so that all variants refer to the same stretches.
Cuts = MutableMapping[bytes, Cut]


class Pieces(NamedTuple):
    """Ready bytes from one open place to the next, and where the places are by their names.

    With an empty piece in front, for a reader's own lines, and one in each place.
    """

    ready: list[bytes]
    holes: list[tuple[int, str]]


def in_pieces(sent: Sequence[bytes], names: Sequence[str | None]) -> Pieces:
    """Stretches put together, as they are sent or as they are signed; a place has a name."""
    ready, holes, start = [b""], [], 0
    for place, name in enumerate(names):
        if name is not None:
            ready += (b"".join(sent[start:place]), b"")
            holes.append((len(ready) - 1, name))
            start = place + 1
    ready.append(b"".join(sent[start:]))
    return Pieces(ready, holes)


def join(pieces: Pieces, tokens: Mapping[str, bytes]) -> bytes:
    """All in one, its places filled. Raises KeyError when one has no token."""
    filled = pieces.ready.copy()
    for place, name in pieces.holes:
        filled[place] = tokens[name]
    return b"".join(filled)


def filled_in(
    blocks: Iterable[bytes], filled: Mapping[str, Stretch], cuts: Cuts
) -> list[Stretch]:
    """The blocks one after the other, with the variant's places filled."""
    stretches: list[Stretch] = []
    for block in blocks:
        found = cuts.get(block)
        if found is None:
            found = cuts[block] = _cut(block)
        if not found.names or found.names.isdisjoint(filled):
            stretches += found.stretches
        else:
            stretches += (
                filled.get(each.name, each) if each.name else each for each in found.stretches)
    return stretches


def _cut(block: bytes) -> Cut:
    stretches = tuple(_split(block))
    return Cut(stretches, frozenset(each.name for each in stretches if each.name))


@lru_cache(maxsize=256)  # all variants of a mailing share most of their lines
def cut_line(line: bytes) -> tuple[Stretch, ...]:
    """A header line in stretches."""
    return tuple(_split(line))


def _split(data: bytes) -> Iterator[Stretch]:
    """Ready bytes and open places, in order."""
    sent, names = places.split(data)
    for stretch, name in zip(sent, (*names, None), strict=True):
        if stretch:
            yield Stretch(stretch)
        if name is not None:
            yield Stretch(b"", name)
