"""The file of erased readers' numbers: durable, shared, and read back whatever happened to it."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.erasures import Erasure, note_erasure, read_erasures
from newsletter.errors import ServerMissing

AT = datetime(2026, 11, 10, 7, 0, 0, 123, tzinfo=UTC)


def test_what_was_noted_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "erased.ids"
    assert list(read_erasures(path)) == []
    noted = [Erasure(7, AT), Erasure(8, AT, never_again=True), Erasure(7, AT)]
    for each in noted:
        note_erasure(path, each)
    assert list(read_erasures(path)) == noted
    assert path.read_text().splitlines()[0] == "7\t2026-11-10T07:00:00.000123+00:00"


def test_a_line_that_broke_off_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "erased.ids"
    path.write_bytes(b"7\t2026-11-10T07:00:00+00:00\n8\t2026-1")
    note_erasure(path, Erasure(9, AT))
    assert [each.subscriber_id for each in read_erasures(path)] == [7, 9]


@pytest.mark.parametrize(
    "line", ["", "x\ty", "-1\t2026-11-10T07:00:00+00:00", "5", "5\t2026-11-10T07:00:00", "\xff\t1"]
)
def test_what_is_no_line_of_ours_counts_for_nothing(tmp_path: Path, line: str) -> None:
    path = tmp_path / "erased.ids"
    path.write_text(f"{line}\n", encoding="latin-1")
    assert list(read_erasures(path)) == []


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "erased.ids"
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(_note_many, [(path, start) for start in range(0, 200, 50)]))
    assert sorted(each.subscriber_id for each in read_erasures(path)) == list(range(200))


def test_a_file_that_cannot_be_written_or_read_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "erased.ids"):
        with pytest.raises(ServerMissing, match="ERASED_IDS"):
            note_erasure(path, Erasure(1, AT))
        with pytest.raises(ServerMissing, match="ERASED_IDS"):
            list(read_erasures(path))


def _note_many(job: tuple[Path, int]) -> None:
    path, start = job
    for number in range(start, start + 50):
        note_erasure(path, Erasure(number, AT))
