"""Counts: the same in Redis and in one process, and never in anybody's way."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest

from newsletter import clock
from newsletter.counts import AWAY_SECONDS, Counts, Mark, Queue, Window

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)  # at the edge of a minute and an hour
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(params=["redis", "process"])
def counts(request: pytest.FixtureRequest, servers: dict[str, str]) -> Counts:
    """Each of the two stores, behind the same door."""
    return Counts(servers["REDIS_URL"] if request.param == "redis" else NOBODY)


@pytest.fixture
def window() -> Window:
    return Window(f"test:{token_hex(4)}", 60)


def test_what_is_added_is_seen_and_can_be_taken_back(counts: Counts, window: Window) -> None:
    other = Window(f"{window.name}:other", 3600)
    assert counts.look([window, other], now=NOW).counts == (0, 0)
    assert counts.look([window, other], now=NOW, plus=(1, 3)).counts == (1, 3)
    assert counts.look([window, other], now=NOW, plus=(1, 0)).counts == (2, 3)
    assert counts.look([window, other], now=NOW, plus=(-1, -3)).counts == (1, 0)
    assert counts.look([window, other], now=NOW, plus=(-5, 0)).counts == (0, 0)


def test_a_window_slides(counts: Counts, window: Window) -> None:
    counts.look([window], now=NOW, plus=(10,))
    later = [counts.look([window], now=NOW + timedelta(seconds=s)).counts[0]
             for s in (59, 60, 90, 114, 120)]
    assert later == [10, 10, 5, 1, 0]


def test_a_mark_is_new_once(counts: Counts, window: Window) -> None:
    mark = Mark(window.name, 60)
    assert counts.look([window], now=NOW, mark=mark).is_new
    assert not counts.look([window], now=NOW, mark=mark).is_new
    assert counts.look([window], now=NOW, mark=Mark(window.name + "2", 60)).is_new


def test_who_has_a_place_in_a_line_gets_no_other_until_its_moment(
    counts: Counts, window: Window
) -> None:
    line = Queue(window.name, 1000)
    now = int(NOW.timestamp() * 1000)
    first, second = f"{window.name}:first", f"{window.name}:second"
    places = [counts.place(own, line, now=NOW) for own in (first, second, first, second)]
    assert [(place.at - now, place.is_given) for place in places] == [
        (1000, True), (2000, True), (1000, False), (2000, False)
    ]
    later = NOW + timedelta(seconds=1)
    assert counts.place(first, line, now=later) == (now + 3000, True)


def test_a_door_shuts_behind_who_goes_in(counts: Counts, window: Window) -> None:
    door = Queue(window.name, 60_000)
    now = int(NOW.timestamp() * 1000)
    for seconds, is_in in ((0, True), (59, False), (60, True), (61, False)):
        place = counts.place(door.name, door, now=NOW + timedelta(seconds=seconds))
        assert place.is_given == is_in
        assert place.at - now == (60_000 if seconds < 60 else 120_000)


def test_turns_stand_apart_and_begin_anew_when_nobody_waits(
    counts: Counts, window: Window
) -> None:
    queues = [Queue(window.name, 1000), Queue(window.name + ":slow", 60_000)]
    now = int(NOW.timestamp() * 1000)
    turns = [counts.turn(queues, now=NOW) - now for _ in range(3)]
    assert turns == [60_000, 120_000, 180_000]
    later = counts.turn(queues, now=NOW + timedelta(minutes=10)) - now
    assert later == 660_000


def test_of_many_at_once_each_gets_a_number_and_a_turn_of_its_own(
    counts: Counts, window: Window
) -> None:
    mark = Mark(window.name, 60)
    queue = Queue(window.name + ":queue", 100)

    def once(_: int) -> tuple[int, bool, int]:
        seen = counts.look([window], now=NOW, plus=(1,), mark=mark)
        return seen.counts[0], seen.is_new, counts.turn([queue], now=NOW)

    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(once, range(64)))
    assert sorted(count for count, *_ in seen) == list(range(1, 65))
    assert sum(is_new for _, is_new, _ in seen) == 1
    assert len({turn for *_, turn in seen}) == 64


def test_a_redis_that_is_gone_is_not_asked_again_for_ten_seconds(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts(NOBODY)
    asked: list[float] = []
    times = iter((0.0, 0.0, 9.9, 10.1, 10.1, 10.1))
    now = [0.0]
    monkeypatch.setattr(clock, "boot_seconds", lambda: now[0])
    shared = counts._shared
    really = shared.look
    monkeypatch.setattr(
        shared, "look", lambda *a: (asked.append(now[0]), really(*a))[1]
    )
    for moment in times:
        now[0] = moment
        counts.look([window], now=NOW, plus=(1,))
    assert asked == [0.0, AWAY_SECONDS + 0.1]
    assert counts.look([window], now=NOW).counts == (6,)
    assert counts.shared(window, now=NOW) is None


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def hold() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=hold, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        server.shutdown(socket.SHUT_RDWR)
        for each in held:
            each.close()


def test_a_redis_that_says_nothing_costs_about_a_second_once(silent: str, window: Window) -> None:
    counts = Counts(silent)
    began = clock.boot_seconds()
    counts.look([window], now=NOW, plus=(1,))
    assert clock.boot_seconds() - began < 1.5
    again = clock.boot_seconds()
    for _ in range(100):
        counts.look([window], now=NOW, plus=(1,))
        counts.turn([Queue(window.name, 1)], now=NOW)
    assert clock.boot_seconds() - again < 0.5


def test_what_all_processes_counted_can_be_asked(servers: dict[str, str], window: Window) -> None:
    one, two = Counts(servers["REDIS_URL"]), Counts(servers["REDIS_URL"])
    for counts in (one, two):
        counts.look([window], now=NOW, plus=(2,))
    assert one.shared(window, now=NOW) == 4
