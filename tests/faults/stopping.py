"""Scenarios in which a worker stops for a while: a deploy, or a sleep past its lease."""

import subprocess
import time

from tests.faults.field import UPKEEP, Field, Plan
from tests.faults.oracle import CONNECTIONS, Verdict
from tests.faults.relay import Script

DEPLOYS = 3
LEASE = 2  # seconds
# A relay that answers in time leaves no reason to take longer.
ENDS_WITHIN = 5.0


def deploys(plan: Plan) -> Verdict:
    """R08: SIGTERM as a deploy gives it; the worker ends soon, and nothing is sent twice."""
    with Field(plan, Script(pace=0.02, seed=plan.seed)) as field:
        field.publish()
        field.start(*UPKEEP)
        (worker,) = field.start("worker-bulk")
        for goal in field.goals(DEPLOYS):
            field.wait_for(goal)
            field.nap(0.1)
            began = time.monotonic()
            try:
                field.strike(lambda: worker.stop(seconds=30))
            except subprocess.TimeoutExpired:
                worker.kill()
            if (took := time.monotonic() - began) > ENDS_WITHIN:
                field.broken.append(f"a worker took {took:.1f} s to end")
            worker.start()
        return field.verdict(bound=0)


def stalled(plan: Plan) -> Verdict:
    """R07: SIGSTOP past the lease, while another takes over, and then SIGCONT."""
    # Slow enough that one worker alone does not come to the end in three sleeps.
    script = Script(pace=84 / plan.readers, seed=plan.seed)
    with Field(plan, script, LEASE_SECONDS=str(LEASE)) as field:
        field.publish()
        field.start(*UPKEEP)
        (asleep,) = field.start("worker-bulk")
        awake = field.part("worker-bulk", machine="second", SPOOL=field.environ["SPOOL"]).start()
        for goal in field.goals(3):
            field.wait_for(goal)
            field.nap(0.2)
            field.strike(asleep.freeze)
            # The tick that finds a lease past comes each second.
            time.sleep(3.2 + field.dice.random() / 2)
            asleep.thaw()
            awake, asleep = asleep, awake
        return field.verdict(bound=field.kills * CONNECTIONS, lease_seconds=LEASE)
