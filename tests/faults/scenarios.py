"""The scenarios by name, and how many seeds and readers of each are run."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.faults import answering, correcting, killing, losing, machines, stopping
from tests.faults.field import Plan
from tests.faults.oracle import Verdict

Scenario = Callable[[Plan], Verdict]

# As many as `make test` can wait for; `make faults` sets more.
READERS = int(os.environ.get("FAULT_READERS", "400"))
SEEDS = int(os.environ.get("FAULT_SEEDS", "2"))

SCENARIOS: Mapping[str, Scenario] = {
    "workers killed": killing.workers_killed,
    "everything killed": killing.everything_killed,
    "ambiguous answers": answering.ambiguous,
    "deploys": stopping.deploys,
    "stalled worker": stopping.stalled,
    "commits unheard": losing.commits_unheard,
    "database away": losing.database_away,
    "two machines": machines.two_machines,
    "slow relay": answering.slow,
    "log at hand": killing.log_at_hand,
    "corrected": correcting.corrected,
}
# What `make test` leaves to the longer runs: others meet the same.
LONG = frozenset({"database away", "two machines", "log at hand"})


def cases() -> Iterator[Any]:
    """Every scenario with every seed, as pytest takes them; only the first seeds are short."""
    for name in SCENARIOS:
        for seed in range(1, SEEDS + 1):
            is_long = seed > 1 or name in LONG
            yield pytest.param(name, seed, id=f"{name.replace(' ', '-')}-{seed}",
                               marks=[pytest.mark.long] if is_long else [])
