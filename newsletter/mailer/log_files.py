"""The files of a log: plain or packed, rotated, in order of time, from a moment on."""

import bz2
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from newsletter.errors import ServerMissing
from newsletter.mailer.postfix_log import stamp_of

# Lines of several processes are not quite in order, and clocks of two machines never agree.
SLACK = timedelta(minutes=2)
_OPENERS: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7": lzma.open,
    b"BZ": bz2.open,
}
_FAULTS = (OSError, EOFError, lzma.LZMAError, zlib.error)
_LONGEST_HEAD = 1 << 16  # bytes in which a line with a stamp must begin


def in_order(paths: Collection[Path]) -> list[Path]:
    """The files by the moment of their first line, oldest first; one without any comes last.

    Raises ServerMissing when one cannot be read.
    """
    return sorted(paths, key=lambda path: first_stamp(path) or datetime.max.replace(tzinfo=UTC))


def lines_of(paths: Iterable[Path], *, since: datetime | None = None) -> Iterator[bytes]:
    """Every line of the files in order, without its end; those well before the aware `since` are
    passed over where that is cheap. Never more than one line in memory.

    Raises ServerMissing when a file cannot be read to its end.
    """
    for path in paths:
        with opened_log(path) as file:
            if since and isinstance(file, io.BufferedReader):
                file.seek(offset_of(file, since - SLACK))
            yield from _lines(file, path)


def opened_log(path: Path) -> IO[bytes]:
    """The file, unpacked while it is read. Raises ServerMissing when it cannot be opened."""
    try:
        file = path.open("rb")
        unpack = _OPENERS.get(file.peek(2)[:2])
        if unpack is None:
            return file
        file.close()
        unpacked: IO[bytes] = unpack(path)
    except OSError as error:
        raise unreadable(path, error) from error
    return unpacked


def offset_of(file: IO[bytes], moment: datetime) -> int:
    """Where in a plain file the first line of the aware `moment`, or later, may begin.

    Found by halves, so that the length of a log costs nothing; lines are taken to be in order.
    """
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > _LONGEST_HEAD:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()  # the rest of a line begun before
        stamp = _next_stamp(file)
        if stamp is not None and stamp < moment:
            low = middle
        else:
            high = middle
    file.seek(low)
    if low:
        file.readline()
    return file.tell()


def unreadable(path: Path, error: Exception) -> ServerMissing:
    """What to say of a log that cannot be read."""
    reason = getattr(error, "strerror", None) or error
    return ServerMissing(f"{path} cannot be read ({reason}): give its reader the right, or "
                         "name another log.")


def _lines(file: IO[bytes], path: Path) -> Iterator[bytes]:
    try:
        for line in file:
            yield line.rstrip(b"\r\n")
    except _FAULTS as error:
        raise unreadable(path, error) from error


def first_stamp(path: Path) -> datetime | None:
    """The moment of a file's first line. Raises ServerMissing when it cannot be read."""
    with opened_log(path) as file:
        try:
            return _next_stamp(file)
        except _FAULTS as error:
            raise unreadable(path, error) from error


def _next_stamp(file: IO[bytes]) -> datetime | None:
    """The moment of the first line from here that has one."""
    seen = 0
    while seen < _LONGEST_HEAD:
        line = file.readline(_LONGEST_HEAD)
        if not line:
            return None
        stamp = stamp_of(line)
        if stamp is not None:
            return stamp
        seen += len(line)
    return None
