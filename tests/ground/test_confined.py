"""Work in a process of its own: it gives what it makes, or ends by the limit that it reached."""

import sys
from dataclasses import replace

import pytest

from newsletter.confined import End, Limits, Outcome, run_confined
from tests.ground import greedy

LIMITS = Limits(cpu_seconds=1, memory_bytes=200 * 1024 * 1024, seconds=300.0)


def test_work_gives_all_that_it_makes_of_all_that_it_takes() -> None:
    given = bytes(range(256)) * 8_000
    assert run_confined(greedy.echo, given, limits=LIMITS) == Outcome(End.DONE, given)


def test_work_that_computes_without_end_is_ended_by_its_share_of_the_processor() -> None:
    assert run_confined(greedy.spin, b"", limits=LIMITS) == Outcome(End.CPU)


def test_work_that_takes_too_much_memory_does_not_get_it() -> None:
    enough = replace(LIMITS, memory_bytes=3 * greedy.MEMORY)
    assert run_confined(greedy.hoard, b"", limits=enough).end is End.DONE
    # Other kernels than that of Linux do not keep to it.
    ends = End.MEMORY if sys.platform == "linux" else End.DONE
    assert run_confined(greedy.hoard, b"", limits=LIMITS).end is ends


def test_work_that_stands_still_is_ended_by_the_clock() -> None:
    waits = replace(LIMITS, seconds=0.5)
    assert run_confined(greedy.stand_still, b"", limits=waits) == Outcome(End.CLOCK)


@pytest.mark.parametrize(("name", "end"), [
    ("SIGSEGV", End.CRASH), ("SIGABRT", End.CRASH),
    ("SIGKILL", End.MEMORY),  # as a machine does that has none left
])
def test_work_that_crashes_ends_alone_and_that_is_told(name: str, end: End) -> None:
    assert run_confined(greedy.kill_itself, name.encode(), limits=LIMITS) == Outcome(end)


def test_work_sees_nothing_of_the_secrets_around_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "geheim")
    names = run_confined(greedy.name_what_surrounds_it, b"", limits=LIMITS).given.split()
    assert b"PATH" in names
    assert not {b"SECRET_KEY", b"DATABASE_URL"} & set(names)


def test_a_mistake_of_ours_in_it_is_no_end_but_an_error_with_its_words() -> None:
    with pytest.raises(RuntimeError, match="een fout van ons"):
        run_confined(greedy.make_a_mistake, b"", limits=LIMITS)
