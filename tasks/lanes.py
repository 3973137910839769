"""Which modules hold the tasks of a queue, so that a worker imports those of its own alone.

What the others need (feeds, imports, retention) would lie in the memory of each process that sends.
"""

from collections.abc import Iterable

from newsletter.jobs import Errand, Lane

# A mailing takes what a machine has to spare: on two full cores half of those who sign up meanwhile
# have their mail within 0.6 s, and within 8 s without this (docs/benchmarks.md, R26).
BULK_NICENESS = 19

# Whose workers hand mails to the relay, and so need the keys that sign.
SENDING = frozenset({Lane.BULK, Lane.PROMPT})

MODULES: dict[str, tuple[str, ...]] = {
    Lane.BULK: ("tasks.sending", "tasks.alive"),
    Lane.PROMPT: ("tasks.singles", "tasks.subscribers", "tasks.alive"),
    Lane.UPKEEP: (
        "tasks.schedule",
        "tasks.sending",
        "tasks.mailings",
        "tasks.digests",
        "tasks.subscribers",
        "tasks.retention",
        "tasks.accounts",
        "tasks.imports",
        "tasks.figures",
        "tasks.reminders",
        "tasks.editions",
    ),
    Errand.FEEDS: ("tasks.feeds", "tasks.editions", "tasks.alive"),
}


def modules_of(queues: Iterable[str]) -> tuple[str, ...]:
    """The modules that a worker of these queues needs, each once. Raises KeyError for another."""
    return tuple(dict.fromkeys(module for each in queues for module in MODULES[each]))
