"""Asks the log of our own relay which mails it took, reading only what was added since (R12)."""

import glob
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from newsletter.errors import ServerMissing
from newsletter.mailer.log_files import (
    SLACK,
    first_stamp,
    in_order,
    lines_of,
    offset_of,
    opened_log,
    unreadable,
)
from newsletter.mailer.postfix_log import is_of_postfix, read_line
from newsletter.mailer.relay_takes import Take, Takes

# So many of the newest mails are remembered between two questions: some 20 MB.
MOST_REMEMBERED = 50_000
PACKED = (".gz", ".xz", ".bz2")


@dataclass(frozen=True)
class Answer:
    """What the log says of the mails that it was asked about; moments are aware, in UTC."""

    taken: Mapping[str, Take]  # surely taken, by Message-ID
    undecided: frozenset[str]  # begun, and neither taken nor dropped yet
    # What was begun before this moment is taken, or undecided, or was surely not taken; None when
    # the log does not reach back as far as was asked.
    settled_until: datetime | None

    def is_surely_not_taken(self, message_id: str, *, offered_before: datetime) -> bool:
        """Whether a mail that was offered before an aware moment, if ever, was not taken."""
        return (
            message_id not in self.taken
            and message_id not in self.undecided
            and self.settled_until is not None
            and self.settled_until > offered_before
        )


class RelayLog:
    """The log at a path or pattern (`/var/log/mail.log*`), also while it is rotated.

    It follows the log from one question to the next. A question that goes further back than it
    remembers is answered by reading again from there. For one thread.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._begin()

    def ask(self, message_ids: Collection[str], *, since: datetime) -> Answer:
        """Which of these were taken at the aware moment `since` or later.

        Raises ServerMissing when the log cannot be read, or there is none.
        """
        wanted = frozenset(message_ids)
        found: dict[str, Take] = {}
        is_anew = self._complete_from is None or since < self._complete_from
        if is_anew:
            self._begin()
        for line in self._from(since) if is_anew else self._added():
            take = self._see(line)
            if take and take.message_id in wanted:
                found[take.message_id] = take
        found |= {name: self._taken[name] for name in wanted & self._taken.keys()}
        is_whole = self._complete_from is not None and self._complete_from <= since
        return Answer(
            taken=found,
            undecided=wanted & self._takes.undecided().keys(),
            settled_until=self._takes.settled_until() if is_whole else None,
        )

    def is_postfix(self) -> bool:
        """Whether a line of Postfix stands in it, or none at all as in a log just begun.

        Raises ServerMissing as `ask` does.
        """
        is_empty = True
        for line in lines_of(in_order(self._paths())[::-1]):  # the newest has one soonest
            if is_of_postfix(line):
                return True
            is_empty = False
        return is_empty

    def _begin(self) -> None:
        self._takes = Takes()
        self._taken: dict[str, Take] = {}  # the newest, oldest first
        self._read_until: dict[tuple[int, int], int] = {}  # by device and inode
        # Since when `_taken` holds all that was taken; None when nothing was read.
        self._complete_from: datetime | None = None

    def _see(self, line: bytes) -> Take | None:
        event = read_line(line)
        take = self._takes.see(event) if event else None
        if take:
            self._taken[take.message_id] = take
            if len(self._taken) > MOST_REMEMBERED:
                oldest = next(iter(self._taken))
                self._complete_from = self._taken.pop(oldest).at
        return take

    def _from(self, since: datetime) -> Iterator[bytes]:
        """The lines since a moment, of every file that may hold some."""
        paths = self._paths()
        newer = in_order([path for path in paths if _written_at(path) >= since - SLACK])
        for path in set(paths).difference(newer):
            self._pass_over(path)
        # An older file, or one that begins earlier, proves that the log goes back so far.
        self._complete_from = since
        if len(newer) == len(paths):
            begins_at = first_stamp(newer[0])
            self._complete_from = max(begins_at, since) if begins_at else None
        for path in newer:
            if path.suffix in PACKED:
                yield from lines_of([path])
            else:
                with opened_log(path) as file:
                    yield from self._rest_of(file, offset_of(file, since - SLACK))

    def _added(self) -> Iterator[bytes]:
        """The lines added since; what was packed meanwhile had been read before."""
        for path in in_order([path for path in self._paths() if path.suffix not in PACKED]):
            with opened_log(path) as file:
                place = self._read_until.get(_identity(file))
                if place is None and self._was_read(path):
                    self._pass_over(path)
                elif place is None or place > os.fstat(file.fileno()).st_size:
                    yield from self._rest_of(file, 0)  # it is new, or was copied and begun anew
                else:
                    yield from self._rest_of(file, place)

    def _rest_of(self, file: IO[bytes], place: int) -> Iterator[bytes]:
        """The whole lines of a plain file from a place on."""
        file.seek(place)
        for line in file:
            if not line.endswith(b"\n"):
                break  # it is still being written
            place += len(line)
            yield line
        self._read_until[_identity(file)] = place

    def _was_read(self, path: Path) -> bool:
        """Whether a file under a new number is a copy of what was read under another."""
        begins_at, newest = first_stamp(path), self._takes.newest
        return bool(begins_at and newest and begins_at < newest - SLACK)

    def _pass_over(self, path: Path) -> None:
        with opened_log(path) as file:
            self._read_until[_identity(file)] = os.fstat(file.fileno()).st_size

    def _paths(self) -> list[Path]:
        paths = [Path(name) for name in glob.glob(self._pattern)]  # noqa: PTH207 (may be absolute)
        if not paths:
            raise ServerMissing(f"There is no log at {self._pattern}: mend RELAY_LOG.")
        return paths


def _identity(file: IO[bytes]) -> tuple[int, int]:
    stat = os.fstat(file.fileno())
    return stat.st_dev, stat.st_ino


def _written_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise unreadable(path, error) from error
