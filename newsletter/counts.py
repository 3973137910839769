"""Counts and marks of the last minutes: in Redis for all processes, else in each process alone.

They may be lost at any time: PostgreSQL is the truth. Redis gone, or slow, costs a page at most a
second, and then nothing for ten: meanwhile each process counts for itself (W05).
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from newsletter import clock
from newsletter.broker import counts_url
from newsletter.logs import get_logger

log = get_logger(__name__)

AWAY_SECONDS = 10.0
TIMEOUT = 0.5  # seconds, for connecting and for each answer
PREFIX = "newsletter"
CROWDED = 10_000  # keys of one process, beyond which what has passed is cleared away
# Each key holds the last turn given, in ms since 1970; the next is a space later, or a space from
# now when nobody waits. Whole numbers are written out, for Lua would write 1.7e+12.
_TURN = """
local now, latest = tonumber(ARGV[1]), 0
for i, key in ipairs(KEYS) do
  local last = tonumber(redis.call('get', key) or '0')
  local turn = math.max(last, now) + tonumber(ARGV[i + 1])
  redis.call('set', key, string.format('%d', turn), 'px', string.format('%d', turn - now + 1000))
  latest = math.max(latest, turn)
end
return string.format('%d', latest)
"""
# The first key is one's own: who has a place there gets no other until its moment. Without one it
# is the next turn of all keys. A moment below zero is that of the place that one has already.
_PLACE = """
local now, space, turn = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local own = tonumber(redis.call('get', KEYS[1]) or '0')
if own > now then return string.format('%d', -own) end
for i, key in ipairs(KEYS) do turn = math.max(turn, tonumber(redis.call('get', key) or '0')) end
turn = math.max(turn, now) + space
for i, key in ipairs(KEYS) do
  redis.call('set', key, string.format('%d', turn), 'px', string.format('%d', turn - now + 1000))
end
return string.format('%d', turn)
"""
Result = TypeVar("Result")


class Window(NamedTuple):
    """Something counted over the last `seconds`."""

    name: str
    seconds: int


class Mark(NamedTuple):
    """Something that may be used once, remembered for `seconds`."""

    name: str
    seconds: int


class Queue(NamedTuple):
    """A line in which turns are given, at least `space` milliseconds apart."""

    name: str
    space: int


class Place(NamedTuple):
    """A place in a line: its moment in ms since 1970, and whether it was given just now."""

    at: int
    is_given: bool


class Step(NamedTuple):
    """One window at one moment: its two keys, what to add, and the seconds left of the older."""

    key: str
    older_key: str
    plus: int
    seconds: int
    left: int


class Seen(NamedTuple):
    """How much each window held after adding, and whether the mark was new."""

    counts: tuple[int, ...]
    is_new: bool


class Store(Protocol):
    """What Redis and a process's own memory can both do."""

    def look(self, steps: Sequence[Step], mark: Mark | None) -> Seen:
        """Set the mark, add to the windows, and tell how things stand."""

    def turn(self, queues: Sequence[Queue], now_ms: int) -> int:
        """The next turn that is free in all queues, in ms since 1970."""

    def place(self, own: str, queue: Queue, now_ms: int) -> Place:
        """The next turn of the queue for who has no place under this name, else that place."""


class InRedis:
    """The store that all processes share; each deed is one round trip. Raises RedisError."""

    def __init__(self, redis_url: str) -> None:
        self._client: redis.Redis = redis.Redis.from_url(
            counts_url(redis_url), socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )

    def look(self, steps: Sequence[Step], mark: Mark | None) -> Seen:
        """Set the mark, add to the windows, and tell how things stand."""
        line = self._client.pipeline(transaction=False)
        if mark:
            line.set(_key(mark.name), 1, nx=True, ex=mark.seconds)
        for step in steps:
            if step.plus:
                line.incrby(step.key, step.plus)
                line.expire(step.key, 2 * step.seconds)
            else:
                line.get(step.key)
            line.get(step.older_key)
        answers: Iterator[Any] = iter(line.execute())
        is_new = bool(next(answers)) if mark else True
        counts = []
        for step in steps:
            present = int(next(answers) or 0)
            if step.plus:
                next(answers)  # that of the expiry
            counts.append(_weighed(step, present, int(next(answers) or 0)))
        return Seen(tuple(counts), is_new)

    def turn(self, queues: Sequence[Queue], now_ms: int) -> int:
        """The next turn that is free in all queues, in ms since 1970."""
        keys = [_key(queue.name) for queue in queues]
        spaces = [queue.space for queue in queues]
        given: Any = self._client.eval(_TURN, len(keys), *keys, now_ms, *spaces)
        return int(given)

    def place(self, own: str, queue: Queue, now_ms: int) -> Place:
        """The next turn of the queue for who has no place under this name, else that place."""
        given: Any = self._client.eval(
            _PLACE, 2, _key(own), _key(queue.name), now_ms, queue.space
        )
        return Place(abs(int(given)), int(given) > 0)


class InProcess:
    """The store of one process; forgotten when it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, float]] = {}  # value, and until when by the boot's clock

    def look(self, steps: Sequence[Step], mark: Mark | None) -> Seen:
        """Set the mark, add to the windows, and tell how things stand."""
        with self._lock:
            self._tidy()
            is_new = mark is None or not self._get(_key(mark.name))
            if mark and is_new:
                self._keep(_key(mark.name), 1, mark.seconds)
            counts = []
            for step in steps:
                value = self._get(step.key) + step.plus
                if step.plus:
                    self._keep(step.key, value, 2 * step.seconds)
                counts.append(_weighed(step, value, self._get(step.older_key)))
            return Seen(tuple(counts), is_new)

    def turn(self, queues: Sequence[Queue], now_ms: int) -> int:
        """The next turn that is free in all queues, in ms since 1970."""
        with self._lock:
            turns = []
            for queue in queues:
                turns.append(max(self._get(_key(queue.name)), now_ms) + queue.space)
                self._keep(_key(queue.name), turns[-1], (turns[-1] - now_ms) / 1000 + 1)
            return max(turns)

    def place(self, own: str, queue: Queue, now_ms: int) -> Place:
        """The next turn of the queue for who has no place under this name, else that place."""
        keys = _key(own), _key(queue.name)
        with self._lock:
            held = self._get(keys[0])
            if held > now_ms:
                return Place(held, is_given=False)
            turn = max(now_ms, *map(self._get, keys)) + queue.space
            for key in keys:
                self._keep(key, turn, (turn - now_ms) / 1000 + 1)
            return Place(turn, is_given=True)

    def _get(self, key: str) -> int:
        value, until = self._kept.get(key, (0, 0.0))
        return value if until > clock.boot_seconds() else 0

    def _keep(self, key: str, value: int, seconds: float) -> None:
        self._kept[key] = value, clock.boot_seconds() + seconds

    def _tidy(self) -> None:
        if len(self._kept) > CROWDED:
            now = clock.boot_seconds()
            self._kept = {key: held for key, held in self._kept.items() if held[1] > now}


class Counts:
    """The shared store, or the process's own for ten seconds after the shared one failed."""

    def __init__(self, redis_url: str) -> None:
        self._shared = InRedis(redis_url)
        self._own = InProcess()
        self._away_until = 0.0

    def look(
        self, windows: Sequence[Window], *, now: datetime, plus: Sequence[int] = (),
        mark: Mark | None = None,
    ) -> Seen:
        """How much each window holds at the aware `now`, after adding `plus` to each.

        The mark, if any, is set as well: `is_new` is false when it had been set before.
        """
        added = plus or (0,) * len(windows)
        steps = [_step(window, n, now) for window, n in zip(windows, added, strict=True)]
        return self._ask(lambda store: store.look(steps, mark))

    def turn(self, queues: Sequence[Queue], *, now: datetime) -> int:
        """The next turn that is free in all queues, in ms since 1970; nobody else gets it."""
        return self._ask(lambda store: store.turn(queues, int(now.timestamp() * 1000)))

    def place(self, own: str, queue: Queue, *, now: datetime) -> Place:
        """The next turn of the queue for who has no place under the name `own`, else that place.

        With the queue's own name it is a door that shuts for `queue.space` behind who goes in.
        """
        return self._ask(lambda store: store.place(own, queue, int(now.timestamp() * 1000)))

    def shared(self, window: Window, *, now: datetime) -> int | None:
        """What all processes counted together; None when Redis cannot be asked."""
        seen = self._try(lambda store: store.look([_step(window, 0, now)], None))
        return seen.counts[0] if seen else None

    def _ask(self, deed: Callable[[Store], Result]) -> Result:
        found = self._try(deed)
        return deed(self._own) if found is None else found

    def _try(self, deed: Callable[[Store], Result]) -> Result | None:
        if clock.boot_seconds() < self._away_until:
            return None
        try:
            return deed(self._shared)
        except (redis.RedisError, OSError) as error:
            self._away_until = clock.boot_seconds() + AWAY_SECONDS
            log.warning("counts_away", error=type(error).__name__)
            return None


def _step(window: Window, plus: int, now: datetime) -> Step:
    """A window that slides: all of the present bucket, and of the one before what still counts."""
    bucket, into = divmod(int(now.timestamp()), window.seconds)
    key = f"{window.name}:{window.seconds}"
    return Step(
        _key(f"{key}:{bucket}"), _key(f"{key}:{bucket - 1}"), plus, window.seconds,
        window.seconds - into,
    )


def _weighed(step: Step, present: int, older: int) -> int:
    return max(0, present + older * step.left // step.seconds)


def _key(name: str) -> str:
    return f"{PREFIX}:{name}"
