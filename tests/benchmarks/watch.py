"""Watch where CPU time goes: of every part that functions stand for, without the parts within it.

A watched call itself takes about a microsecond, which is measured first and taken off again.
"""

import functools
import importlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

# The parts of a message's way, and the functions that are their doors. What is called behind a door
# belongs to that part, unless it has a door of its own.
PARTS: Mapping[str, tuple[str, ...]] = {
    "claim": ("newsletter.sending.clerk:Clerk._claim",),
    "draft": (
        "newsletter.sending.write:Writer.read",
        "newsletter.sending.clerk:Clerk._write",
    ),
    "headers and links": ("newsletter.sending.write:Writer._drafted",),
    "join": ("newsletter.sending.write:Writer.letter",),
    "sign": ("newsletter.mailer.message:Prepared._signature",),
    "wire": ("newsletter.mailer.wires:Wires.turn",),
    "journal": (
        "newsletter.sending.outgoing:Outgoing.next",
        "newsletter.sending.outgoing:Outgoing.may_offer",
        "newsletter.sending.outgoing:Outgoing.answered",
    ),
    "settle": (
        "newsletter.sending.settle:Books.settle",
        "newsletter.sending.settle:Books.settle_plain",
    ),
}
OTHER = "the rest"
_TRIES = 20_000


class Watch:
    """Counts seconds of CPU by part, of all threads together, from `begin` on."""

    def __init__(self) -> None:
        self._seconds: Counter[str] = Counter()
        self._inner_calls: Counter[str] = Counter()  # watched calls out of each part
        self._here = threading.local()
        self._each = self._cost_of_a_call()

    def begin(self) -> None:
        """Put a watch at every door. Raises LookupError when one is no longer there."""
        for part, doors in PARTS.items():
            for door in doors:
                owner, name = find(door)
                setattr(owner, name, self._watched(part, getattr(owner, name)))

    def seconds(self, whole: float) -> dict[str, float]:
        """The CPU time of each part; `whole` is the process's, of which the rest is the rest."""
        calls = sum(self._inner_calls.values())
        own = {part: self._seconds[part] - self._inner_calls[part] * self._each for part in PARTS}
        return {**own, OTHER: whole - calls * self._each - sum(own.values())}

    def _watched(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        here, seconds, inner_calls = self._here, self._seconds, self._inner_calls

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            outer = getattr(here, "part", OTHER)
            outer_inner = getattr(here, "inner", 0.0)
            here.part, here.inner = part, 0.0
            began = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.thread_time() - began
                seconds[part] += took - here.inner
                inner_calls[outer] += 1
                here.part, here.inner = outer, outer_inner + took

        return watched

    def _cost_of_a_call(self) -> float:
        watched = self._watched(OTHER, lambda: None)
        began = time.thread_time()
        for _ in range(_TRIES):
            watched()
        each = (time.thread_time() - began) / _TRIES
        self._seconds.clear()
        self._inner_calls.clear()
        return each


def find(door: str) -> tuple[Any, str]:
    """Where a door hangs, and its name there. Raises LookupError."""
    module, _, path = door.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for each in outer:
        owner = getattr(owner, each, None)
    if not hasattr(owner, name):
        raise LookupError(f"{door} is no longer there: tell tests/benchmarks/watch.py where it is")
    return owner, name
