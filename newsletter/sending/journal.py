"""Journal: what a process offered and what it heard, in a file of its own, before anything else.

The file is written through shared memory, so a process that is killed loses no entry; a machine
without power loses what its disk had not taken, so a journal is whole only until the machine starts
again. Its room is taken when it is opened, so a full disk stops us before a mail leaves and not
after (R24). It has two halves: when one is full, what is not yet in the database moves to the
other, which then counts.
Its owner holds a lock on it for life, by which others tell whether the owner lives; who recovers
it holds the same lock.
"""

import fcntl
import mmap
import os
import re
import struct
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result

SUFFIX = ".journal"
_HALF = 262_144  # octets; an entry has at most some 1,000
_PAGE = 4096
# A mark, the generation, of which even or odd tells the half, and the machine's start.
_HEADER = struct.Struct("<8sQ36s")
_MARK = b"journal1"
# Checksum, octets after this head, generation, delivery, claim; then a kind.
_HEAD = struct.Struct("<IIQqqB")
_REST = struct.Struct("<IQqqB")  # the same behind the checksum, which is over it
_OFFERING, _OUTCOME = 1, 2
# Mailing, begin, end, wait, and how long each of the words is that follow.
_RESULT = struct.Struct("<qdddHHHHH")
_REST_AND_RESULT = struct.Struct("<IQqqBqdddHHHHH")  # both in one
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # of Linux
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Entry:
    """What a journal says of one claimed delivery: a result, or that it was offered."""

    delivery_id: int
    claim_id: int
    result: Result | None


class Journal:
    """The journal that this process writes: one of its threads at a time, as `Outgoing` sees to."""

    def __init__(self, spool: Path, worker: str) -> None:
        """Take room for it. Raises OSError: no room, or a folder that cannot be written."""
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path_of(spool, worker)
        self._boot = _boot()
        # Not under its name before it is locked: else another would take its owner for dead.
        opening = self.path.with_suffix(".opening")
        self._file = os.open(opening, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Written, not only measured: a hole in the file would be room that is promised twice.
            _write_all(self._file, bytes(_PAGE + 2 * _HALF))
            self._map = mmap.mmap(self._file, _PAGE + 2 * _HALF)
            opening.rename(self.path)
        except OSError:
            os.close(self._file)
            opening.unlink(missing_ok=True)
            raise
        self._at = self._last = 0  # where the next entry begins, and the last must have ended
        self._generation = 0
        self._offered: dict[tuple[int, int], None] = {}
        self._unsaved: deque[Result] = deque()
        self._begin_half()

    def offering(self, delivery_id: int, claim_id: int) -> None:
        """Right before the first octet of a body: from now on it may have been taken."""
        self._offered[delivery_id, claim_id] = None
        self._append(_offering(delivery_id, claim_id, self._generation))

    def outcome(self, result: Result) -> None:
        """Right after the answer: what becomes of it is known, whoever writes it down."""
        entry = _outcome(result, self._generation)
        self._offered.pop(result[:2], None)
        self._unsaved.append(result)
        self._append(entry)

    def settled(self, count: int) -> None:
        """So many outcomes, the oldest, are committed."""
        for _ in range(count):
            self._unsaved.popleft()

    def close(self, *, is_settled: bool) -> None:
        """Let go of it; it stays for recovery, unless all is settled and nothing in hand."""
        if is_settled:
            self.path.unlink(missing_ok=True)
        self._map.close()
        os.close(self._file)

    def _append(self, entry: bytes) -> None:
        end = self._at + len(entry)
        if end > self._last:
            self._turn_over()
            return  # what it says went along
        self._map[self._at : end] = entry
        self._at = end

    def _turn_over(self) -> None:
        self._generation += 1
        self._begin_half(b"".join((
            *(_offering(*each, self._generation) for each in self._offered),
            *(_outcome(each, self._generation) for each in self._unsaved),
        )))

    def _begin_half(self, live: bytes = b"") -> None:
        """Fill the half of this generation, and only then let it count."""
        self._at = _PAGE + (self._generation % 2) * _HALF
        self._last = self._at + _HALF - _HEAD.size
        if len(live) + _HEAD.size > _HALF:
            raise OSError("the journal is full")
        self._map[self._at : self._at + len(live)] = live
        self._at += len(live)
        self._map[: _HEADER.size] = _HEADER.pack(_MARK, self._generation, self._boot)


def path_of(spool: Path, worker: str) -> Path:
    """Where the journal of that worker lies."""
    return spool / f"{_UNSAFE.sub('-', worker)}{SUFFIX}"


def journals(spool: Path) -> list[Path]:
    """Every journal in the folder, also those of owners who live."""
    return sorted(spool.glob(f"*{SUFFIX}"))


@contextmanager
def taken_over(path: Path) -> Iterator[bool]:
    """Whether its owner is gone and nobody else is at it; then it is the caller's until the end.

    Two who recover one journal at once must not be: the first to end takes it away, and the other
    would find nothing there, and take all that was claimed for offered.
    """
    try:
        file = path.open("rb+")  # on a network's disk only a writer can have this lock
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield path.exists()  # else another took it away while we opened it


class Said(NamedTuple):
    """What a journal says, and whether that is all that its process wrote.

    Not when the machine has started since. Where nobody tells of starts (macOS, or `/proc` shut
    off), it is taken to be.
    """

    entries: list[Entry]
    is_whole: bool


def read(path: Path) -> Said:
    """What a journal says, in order, of all that was not yet known to be committed; by anybody.

    A last entry that was cut off is left out: what it would have announced was never done. Raises
    OSError when it cannot be read.
    """
    data = path.read_bytes()
    if len(data) < _HEADER.size or data[:8] != _MARK:
        return Said([], is_whole=False)
    _, generation, boot = _HEADER.unpack_from(data)
    start = _PAGE + (generation % 2) * _HALF
    return Said(list(_entries(data[start : start + _HALF], generation)),
                is_whole=boot.rstrip(b"\0") == _boot())


def last_words(entries: Iterable[Entry]) -> dict[tuple[int, int], Result | None]:
    """Of each delivery and claim the last that is known: its result, or None when offered only."""
    words: dict[tuple[int, int], Result | None] = {}
    for entry in entries:
        words[entry.delivery_id, entry.claim_id] = entry.result
    return words


def _entries(half: bytes, generation: int) -> Iterator[Entry]:
    at = 0
    while at + _HEAD.size <= len(half):
        checksum, length, written_in, delivery_id, claim_id, kind = _HEAD.unpack_from(half, at)
        end = at + _HEAD.size + length
        if written_in != generation or kind == 0 or end > len(half):
            return
        if zlib.crc32(half[at + 4 : end]) != checksum:
            return
        result = None
        if kind == _OUTCOME:
            result = _unpacked(half[at + _HEAD.size : end], delivery_id, claim_id)
        yield Entry(delivery_id, claim_id, result)
        at = end


def _boot() -> bytes:
    """The name of this start of the machine; empty where it has none."""
    return _BOOT_ID.read_bytes().strip() if _BOOT_ID.exists() else b""


def _offering(delivery_id: int, claim_id: int, generation: int) -> bytes:
    return _sealed(_REST.pack(0, generation, delivery_id, claim_id, _OFFERING))


def _outcome(result: Result, generation: int) -> bytes:
    (delivery_id, claim_id, outcome, status, started_at, ended_at, code, text, wait, message_id,
     mailing_id) = result
    a, b, c, d, words = _words(outcome, status, code, text)
    name = _word(message_id)
    e = len(name)
    return _sealed(_REST_AND_RESULT.pack(
        _RESULT.size + len(words) + e, generation, delivery_id, claim_id, _OUTCOME,
        mailing_id or 0, started_at, ended_at, wait, a, b, c, d, e) + words + name)


def _sealed(rest: bytes) -> bytes:
    return zlib.crc32(rest).to_bytes(4, "little") + rest


@lru_cache(maxsize=64)  # most answers are alike
def _words(
    outcome: str, status: str, code: str | None, text: str
) -> tuple[int, int, int, int, bytes]:
    """How long each is, and all of them."""
    a, b, c, d = words = [_word(value) for value in (outcome, status, code, text)]
    return len(a), len(b), len(c), len(d), b"".join(words)


def _word(value: str | None) -> bytes:
    return value.encode("utf-8", "replace")[:600] if value else b""


def _unpacked(body: bytes, delivery_id: int, claim_id: int) -> Result:
    mailing_id, started_at, ended_at, wait, *lengths = _RESULT.unpack_from(body)
    outcome, status, code, text, message_id = _parts(body[_RESULT.size :], lengths)
    return Result(
        delivery_id=delivery_id, claim_id=claim_id, mailing_id=mailing_id or None,
        outcome=Outcome(outcome), status=DeliveryStatus(status), started_at=started_at,
        ended_at=ended_at, reply_code=code or None, reply_text=text, wait=wait,
        message_id=message_id or None,
    )


def _parts(body: bytes, lengths: Sequence[int]) -> list[str]:
    parts, at = [], 0
    for length in lengths:
        parts.append(body[at : at + length].decode("utf-8", "replace"))
        at += length
    return parts


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
