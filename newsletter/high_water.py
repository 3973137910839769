"""The high-water mark: how far claims came, in a file that no restore of the database puts back.

One line of 256 octets for each database, by the identity that it carries along (`installations`):
the machine's boot, the highest claim that was committed, and for bulk and prompt the highest
delivery that was claimed and the number up to which the disk surely knows of it (R23).

A change is a write to memory that a kill -9 does not take back. It is on the disk within a second,
and at once beyond the number that was announced there. So a power cut loses a second of claims,
and then the announced numbers count instead.
"""

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path

from newsletter import clock
from newsletter.durable import keep_name, locked
from newsletter.errors import ServerMissing
from newsletter.jobs import Lane

LINE = 256  # octets; a line never lies across two sectors of a disk
AHEAD = {Lane.BULK: 1_000, Lane.PROMPT: 20}  # so many deliveries are announced at a time
SYNC_SECONDS = 1.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_UNKNOWN_BOOT = "-"


@dataclass(frozen=True)
class Reach:
    """How far the deliveries of a lane came: the highest that was claimed, and that announced."""

    claimed: int = 0
    announced: int = 0

    def raised(self, delivery_id: int, *, ahead: int) -> "Reach":
        """With this one claimed too; announced further ahead when it lies beyond."""
        if delivery_id <= self.claimed:
            return self
        is_known = delivery_id <= self.announced
        return Reach(delivery_id, self.announced if is_known else delivery_id + ahead)


@dataclass(frozen=True)
class Mark:
    """The highest claim that was committed, and how far each lane's deliveries came."""

    claim: int = 0
    reaches: dict[Lane, Reach] = field(default_factory=dict)

    def claimed(self, lane: Lane) -> int:
        """The highest delivery that may have been claimed in a lane; none beyond it ever was."""
        return self.reaches.get(lane, Reach()).claimed


class HighWater:
    """The mark of one database; processes that share the file wait for each other."""

    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        self._identity = identity
        self._boot = _boot()
        self._synced_at = float("-inf")

    def read(self) -> Mark:
        """How far it came; nowhere when there is no file. Raises ServerMissing: unreadable."""
        try:
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                data = file.read()
        except FileNotFoundError:
            return Mark()
        except OSError as error:
            raise self._unusable(f"cannot be read ({error.strerror})") from error
        return self._mark_in(data)[1]

    def raise_to(
        self, claim_id: int, *, lane: Lane | None = None, delivery_id: int = 0
    ) -> None:
        """A claim that is committed, with the highest delivery in it. It is never lowered.

        Raises ServerMissing when it cannot be noted: then nothing of the claim may be offered.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self._path) as descriptor:
                data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
                at, before = self._mark_in(data)
                reaches = dict(before.reaches)
                if lane is not None:
                    reaches[lane] = reaches.get(lane, Reach()).raised(
                        delivery_id, ahead=AHEAD[lane])
                mark = Mark(max(before.claim, claim_id), reaches)
                os.pwrite(descriptor, self._line(mark), at)
                is_new = at == len(data)
                if is_new or self._is_time_to_sync(before, mark):
                    os.fsync(descriptor)
                    self._synced_at = clock.boot_seconds()
            if is_new:
                keep_name(self._path.parent)
        except OSError as error:
            raise self._unusable(f"cannot be written ({error.strerror})") from error

    def _is_time_to_sync(self, before: Mark, mark: Mark) -> bool:
        is_announced = all(
            reach.announced == before.reaches.get(lane, Reach()).announced
            for lane, reach in mark.reaches.items()
        )
        return not is_announced or clock.boot_seconds() - self._synced_at > SYNC_SECONDS

    def _mark_in(self, data: bytes) -> tuple[int, Mark]:
        """Where in the file our line stands, or is to stand, and what it says."""
        if len(data) % LINE:
            raise self._unusable("holds a line that is none of ours")
        for at in range(0, len(data), LINE):
            words = data[at : at + LINE].decode("ascii", "replace").split()
            if words[:1] == [self._identity]:
                return at, self._read_line(words)
        return len(data), Mark()

    def _read_line(self, words: list[str]) -> Mark:
        try:
            boot, claim, *numbers = words[1], *map(int, words[2:])
            bulk, prompt = Reach(*numbers[:2]), Reach(*numbers[2:])
        except (ValueError, TypeError, IndexError) as error:
            raise self._unusable("holds a line that is none of ours") from error
        reaches = {Lane.BULK: bulk, Lane.PROMPT: prompt}
        if boot != self._boot or boot == _UNKNOWN_BOOT:
            # The machine may have gone down before the disk had the last second.
            reaches = {lane: Reach(max(each.claimed, each.announced), each.announced)
                       for lane, each in reaches.items()}
        return Mark(int(claim), reaches)

    def _line(self, mark: Mark) -> bytes:
        numbers = [number for lane in (Lane.BULK, Lane.PROMPT)
                   for number in (mark.claimed(lane), mark.reaches.get(lane, Reach()).announced)]
        words = (self._identity, self._boot, mark.claim, *numbers)
        return " ".join(map(str, words)).ljust(LINE - 1).encode("ascii") + b"\n"

    def _unusable(self, reason: str) -> ServerMissing:
        return ServerMissing(f"{self._path} {reason}: mend HIGH_WATER.")


def _boot() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip() or _UNKNOWN_BOOT
    except OSError:  # another system than Linux
        return _UNKNOWN_BOOT
