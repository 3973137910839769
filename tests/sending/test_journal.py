"""The journal: what was offered and heard outlives its process, and says no more than that."""

import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.sending import journal
from newsletter.sending.journal import Journal
from newsletter.sending.outgoing import BRIM

WORKER = "host:12:ab"
MOST_CONNECTIONS = 50  # that SMTP_CONNECTIONS may be
# Octets of the first half, as they have been written since the first journal: one that is offered,
# one that is sent, one that cannot be made.
OF_BEFORE = bytes.fromhex(
    "3a53949f0000000000000000000000000100000000000000070000000000000001496cf98955000000000000"
    "000000000001000000000000000700000000000000020300000000000000000000000000f83f000000000000"
    "044000000000000000000800040009000b000b00616363657074656473656e7432353020322e302e30322e30"
    "2e302074616b656e3c31406578616d706c653ed97165fa3c0000000000000000000000000000000001000000"
    "00000002000000020000000000000000000000000000f83f0000000000000440000000000000d03f0a000600"
    "000002000000756e6d616b6561626c656661696c6564c3a9"
)
CHILD = """
import os, signal, sys
from pathlib import Path
from newsletter.sending.journal import Journal
from tests.sending.test_journal import result
kept = Journal(Path(sys.argv[1]), "host:12:ab")
kept.offering(1, 7)
kept.outcome(result(1))
kept.offering(2, 7)
os.kill(os.getpid(), signal.SIGKILL)
"""


def result(delivery_id: int, *, text: str = "2.0.0 taken") -> Result:
    return Result(delivery_id, 7, Outcome.ACCEPTED, DeliveryStatus.SENT, 1.5, 2.5, "250 2.0.0",
                  text, 0.0, f"<{delivery_id}@example>", 3)


def test_what_a_killed_process_wrote_can_be_read(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)], check=False, cwd=Path.cwd(),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert done.returncode == -signal.SIGKILL
    path = journal.path_of(tmp_path, WORKER)
    with journal.taken_over(path) as is_ours:
        assert is_ours
    assert journal.last_words(journal.read(path).entries) == {(1, 7): result(1), (2, 7): None}


def test_a_journal_has_the_octets_that_it_always_had(tmp_path: Path) -> None:
    """What an older process left is read by a newer one, and the other way round."""
    kept = Journal(tmp_path, WORKER)
    unmakeable = Result(2**40, 2**33, Outcome.UNMAKEABLE, DeliveryStatus.FAILED, 1.5, 2.5, None,
                        "é", 0.25, None, None)
    kept.offering(1, 7)
    kept.outcome(result(1))
    kept.outcome(unmakeable)
    kept.close(is_settled=False)
    assert kept.path.read_bytes().count(OF_BEFORE + bytes(99)) == 1
    assert [each.result for each in journal.read(kept.path).entries] == [
        None, result(1), unmakeable]


def test_an_owner_that_lives_is_seen_to_live(tmp_path: Path) -> None:
    kept = Journal(tmp_path, WORKER)
    assert journal.journals(tmp_path) == [kept.path]
    with journal.taken_over(kept.path) as is_ours:
        assert not is_ours
    kept.close(is_settled=False)
    with journal.taken_over(kept.path) as is_ours:
        assert is_ours
    assert kept.path.exists()


def test_one_at_a_time_takes_over_a_journal_and_nobody_what_is_gone(tmp_path: Path) -> None:
    kept = Journal(tmp_path, WORKER)
    kept.close(is_settled=False)
    with journal.taken_over(kept.path) as first, journal.taken_over(kept.path) as second:
        assert (first, second) == (True, False)
        kept.path.unlink()
    with journal.taken_over(kept.path) as is_ours:
        assert not is_ours


def test_a_settled_journal_leaves_no_file(tmp_path: Path) -> None:
    kept = Journal(tmp_path, WORKER)
    kept.offering(1, 7)
    kept.outcome(result(1))
    kept.settled(1)
    kept.close(is_settled=True)
    assert list(tmp_path.iterdir()) == []


def test_a_long_run_needs_no_more_room_and_forgets_nothing_unsaved(tmp_path: Path) -> None:
    kept = Journal(tmp_path, WORKER)
    size = kept.path.stat().st_size
    kept.offering(9_999_999, 7)
    for number in range(1, 3001):
        kept.offering(number, 7)
        kept.outcome(result(number, text="x" * 500))
        if number % 10 == 0:
            kept.settled(10 if number < 3000 else 5)
    words = journal.last_words(journal.read(kept.path).entries)
    kept.close(is_settled=False)
    assert kept.path.stat().st_size == size
    assert words[9_999_999, 7] is None
    assert all(words[number, 7] == result(number, text="x" * 500) for number in range(2996, 3001))


def test_the_longest_results_up_to_the_brim_have_room(tmp_path: Path) -> None:
    """A claim that fails as a whole stops at the brim; then every conversation hears an answer."""
    kept = Journal(tmp_path, WORKER)
    longest = Result(2**60, 2**60, Outcome.ABOUT_SENDER, DeliveryStatus.DEFERRED, 1.5, 2.5,
                     "450 4.7.100", "é" * 500, 0.0, f"<{'0' * 32}@{'d' * 253}>", 2**60)
    for number in range(MOST_CONNECTIONS):
        kept.offering(number, 7)
        kept.offering(number, 8)
    for _ in range(BRIM + MOST_CONNECTIONS):
        kept.outcome(longest)
    kept._turn_over()
    entries = journal.read(kept.path).entries
    assert len(entries) == BRIM + 3 * MOST_CONNECTIONS
    kept.close(is_settled=True)


def test_an_entry_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    kept = Journal(tmp_path, WORKER)
    kept.offering(1, 7)
    kept.offering(2, 7)
    kept.close(is_settled=False)
    raw = bytearray(kept.path.read_bytes())
    at = raw.find(struct.pack("<q", 2))
    raw[at] ^= 1
    kept.path.write_bytes(raw)
    assert [entry.delivery_id for entry in journal.read(kept.path).entries] == [1]


def test_a_journal_from_before_the_machine_started_is_not_whole(tmp_path: Path) -> None:
    kept = Journal(tmp_path, WORKER)
    kept.offering(1, 7)
    kept.close(is_settled=False)
    assert journal.read(kept.path).is_whole
    raw = bytearray(kept.path.read_bytes())
    raw[16] ^= 1  # the first letter of the name of that start
    kept.path.write_bytes(raw)
    said = journal.read(kept.path)
    assert not said.is_whole
    assert [entry.delivery_id for entry in said.entries] == [1]


@pytest.mark.parametrize("content", [b"", b"journal1", b"nonsense" * 99])
def test_what_is_no_journal_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.journal"
    path.write_bytes(content)
    assert journal.read(path) == ([], False)


def test_a_full_disk_stops_us_before_a_mail_leaves(tmp_path: Path) -> None:
    """R24: room is taken when the journal is opened, and not when the answer comes."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from newsletter.sending.journal import Journal\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try:\n    Journal(Path(sys.argv[1]), 'host:12:ab')\n"
        "except OSError as error:\n    print(type(error).__name__)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert said.stdout.strip() == "OSError"
    assert list(tmp_path.iterdir()) == []
