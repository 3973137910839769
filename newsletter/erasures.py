"""The numbers of erased readers, in a file outside the database that a restore replays (P06).

One line each: the number, a tab, the moment in UTC; and a tab and `never_again` when she wished
never to be written to. Numbers alone: whoever holds the file knows nobody.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter.durable import keep_name, locked
from newsletter.errors import ServerMissing

_NEVER_AGAIN = "never_again"


@dataclass(frozen=True)
class Erasure:
    """One line of the file; the moment is aware, in UTC."""

    subscriber_id: int
    at: datetime
    never_again: bool = False


def note_erasure(path: Path, erasure: Erasure) -> None:
    """Add one line, on the disk before this returns. Call it before the erasure is committed.

    Safe to repeat; processes wait for each other. Raises ServerMissing when it cannot be written:
    then nothing may be erased.
    """
    line = f"{erasure.subscriber_id}\t{erasure.at.astimezone(UTC).isoformat()}"
    if erasure.never_again:
        line += f"\t{_NEVER_AGAIN}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path, flags=os.O_APPEND) as descriptor:
            os.write(descriptor, f"{_mend(descriptor)}{line}\n".encode())
            os.fsync(descriptor)
        keep_name(path.parent)
    except OSError as error:
        raise ServerMissing(f"{path} cannot be written ({error.strerror}): mend ERASED_IDS.") from (
            error
        )


def read_erasures(path: Path) -> Iterator[Erasure]:
    """Every line, oldest first; none when there is no file.

    A line that broke off when the machine went down counts for nothing. Raises ServerMissing when
    the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ServerMissing(f"{path} cannot be read ({error.strerror}): mend ERASED_IDS.") from (
            error
        )
    for line in lines:
        found = _read(line)
        if found is not None:
            yield found


def _read(line: str) -> Erasure | None:
    number, _, rest = line.partition("\t")
    at, _, wish = rest.partition("\t")
    if not (number.isascii() and number.isdigit()):
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return Erasure(int(number), moment, wish == _NEVER_AGAIN) if moment.tzinfo else None


def _mend(descriptor: int) -> str:
    """A line feed when the last line broke off, so that the next one stands by itself."""
    size = os.fstat(descriptor).st_size
    return "" if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n" else "\n"
