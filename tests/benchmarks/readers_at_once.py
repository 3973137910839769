"""Many readers at once at one form: so many posts over lasting connections, each one timed."""

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def post_all(port: int, bodies: Sequence[dict[str, str]], *, parallel: int) -> list[float]:
    """The seconds that each post took, in the order of `bodies`; all must be answered by 303."""
    seconds = [0.0] * len(bodies)
    encoded = [urlencode(body).encode() for body in bodies]
    faults: list[int] = []

    def work(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for place in range(first, len(encoded), parallel):
            began = time.perf_counter()
            connection.request("POST", "/aanmelden", encoded[place], HEADERS)
            answer = connection.getresponse()
            answer.read()
            seconds[place] = time.perf_counter() - began
            if answer.status != 303:
                faults.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=work, args=(first,)) for first in range(parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [], f"{len(faults)} of {len(bodies)} were not taken: {set(faults)}"
    return seconds


def timed(deed: Callable[[], list[float]]) -> tuple[float, list[float]]:
    """How long all of it took, in seconds, and what each took."""
    began = time.perf_counter()
    each = deed()
    return time.perf_counter() - began, each


def centile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def area_under_curve(ones: Sequence[float], others: Sequence[float]) -> float:
    """How often one of `ones` took longer than one of `others`: 0.5 tells nothing apart."""
    wins = sum((one > other) + 0.5 * (one == other) for one in ones for other in others)
    return wins / (len(ones) * len(others))
