"""The high-water mark: never lowered, shared by processes, and cautious after a power cut."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from newsletter import high_water
from newsletter.errors import ServerMissing
from newsletter.high_water import AHEAD, LINE, HighWater, Mark
from newsletter.jobs import Lane

ONE, OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "high-water"


def test_without_a_file_nothing_was_reached_and_the_first_claim_makes_it(path: Path) -> None:
    mark = HighWater(path, ONE)
    assert mark.read() == Mark()
    mark.raise_to(7, lane=Lane.BULK, delivery_id=120)
    found = HighWater(path, ONE).read()
    assert (found.claim, found.claimed(Lane.BULK), found.claimed(Lane.PROMPT)) == (7, 120, 0)
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_is_never_lowered(path: Path) -> None:
    mark = HighWater(path, ONE)
    mark.raise_to(9, lane=Lane.PROMPT, delivery_id=50)
    mark.raise_to(3, lane=Lane.PROMPT, delivery_id=20)
    mark.raise_to(4)
    found = mark.read()
    assert (found.claim, found.claimed(Lane.PROMPT)) == (9, 50)


def test_each_database_has_a_line_of_its_own(path: Path) -> None:
    HighWater(path, ONE).raise_to(500)
    HighWater(path, OTHER).raise_to(3)
    HighWater(path, ONE).raise_to(501)
    assert HighWater(path, ONE).read().claim == 501
    assert HighWater(path, OTHER).read().claim == 3
    assert path.stat().st_size == 2 * LINE


def test_after_a_power_cut_what_was_announced_counts_as_claimed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    HighWater(path, ONE).raise_to(7, lane=Lane.BULK, delivery_id=120)
    monkeypatch.setattr(high_water, "_boot", lambda: "another-boot")
    mark = HighWater(path, ONE)
    assert mark.read().claimed(Lane.BULK) == 120 + AHEAD[Lane.BULK]
    mark.raise_to(8, lane=Lane.PROMPT, delivery_id=3)
    assert mark.read().claimed(Lane.BULK) == 120 + AHEAD[Lane.BULK]
    assert mark.read().claimed(Lane.PROMPT) == 3


def test_the_disk_is_waited_for_only_in_steps(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(high_water.os, "fsync", synced.append)
    monkeypatch.setattr(high_water.clock, "boot_seconds", lambda: 5.0)
    mark = HighWater(path, ONE)
    for number in range(1, 101):
        mark.raise_to(number, lane=Lane.BULK, delivery_id=number * 20)
    # The new file and its name, and each time that the announced number was passed.
    assert len(synced) == 2 + 1
    monkeypatch.setattr(high_water.clock, "boot_seconds", lambda: 6.5)
    mark.raise_to(101)
    assert len(synced) == 4


def test_processes_that_share_it_lose_nothing(path: Path) -> None:
    code = ("import sys; from pathlib import Path; from newsletter.high_water import HighWater; "
            "mark = HighWater(Path(sys.argv[1]), sys.argv[2])\n"
            "for number in range(int(sys.argv[3]), 400, 2): mark.raise_to(number)\n")

    def raise_from(start: int) -> None:
        subprocess.run([sys.executable, "-c", code, str(path), ONE, str(start)], check=True,
                       cwd=Path.cwd(), env={**os.environ, "PYTHONPATH": str(Path.cwd())})

    path.parent.mkdir()
    with ThreadPoolExecutor(2) as both:
        list(both.map(raise_from, (1, 2)))
    assert HighWater(path, ONE).read().claim == 399
    assert path.stat().st_size == LINE


@pytest.mark.parametrize("content", [b"x", f"{ONE} boot seven\n".encode().rjust(LINE)])
def test_a_file_that_is_no_mark_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ServerMissing, match="HIGH_WATER"):
        HighWater(path, ONE).read()
    with pytest.raises(ServerMissing, match="HIGH_WATER"):
        HighWater(path, ONE).raise_to(1)


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerMissing, match="cannot be written"):
        HighWater(tmp_path / "file" / "mark", ONE).raise_to(1)
