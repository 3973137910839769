"""One process that sends like a worker's child, under watch, until nothing is due.

    python -m tests.benchmarks.watched

Prints one line of JSON: how many mails it `sent`, the `seconds` that took, its `cpu` seconds, and
`parts`, the CPU seconds of each.
"""

import json
import time

from newsletter.jobs import Lane
from tasks.worker import core, open_post, take_keys
from tests.benchmarks.watch import Watch

AT_MOST_SECONDS = 120.0


def main() -> None:
    """Send what is due in bulk."""
    take_keys()
    open_post()
    watch = Watch()
    watch.begin()
    sent = 0
    began, spent = time.monotonic(), time.process_time()
    with core.app_context():
        post = core.extensions["post"]
        while (tally := post.run(Lane.BULK, seconds=AT_MOST_SECONDS)).sent:
            sent += tally.sent
        cpu, seconds = time.process_time() - spent, time.monotonic() - began
        post.close()
    print(json.dumps({"sent": sent, "seconds": seconds, "cpu": cpu, "parts": watch.seconds(cpu)}))


if __name__ == "__main__":
    main()
