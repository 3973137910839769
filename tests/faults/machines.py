"""A scenario of two machines: apart in name, spool and processes; one ledger, pace and stop."""

import shutil
import time

from newsletter import clock
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.switch import switch
from newsletter.sending.set_pace import set_limit
from newsletter.transaction import transaction
from tests.faults.field import Field, Plan
from tests.faults.oracle import BOUND_WITHOUT_JOURNAL, SPARE, Verdict
from tests.faults.parts import Part
from tests.faults.relay import Script

BOTH = ("worker-upkeep", "worker-bulk")
STOPS_WITHIN = 5.0
# What a bucket holds, and what was claimed and leaves a moment later (decision 0014), in seconds.
AHEAD_SECONDS = 1.5


def two_machines(plan: Plan) -> Verdict:
    """R19, D06, and at most 20 second copies for each machine that is lost with its journals."""
    rate = plan.readers / 20
    # So slow that each conversation has a mail in flight, and both together are above the rate.
    with Field(plan, Script(pace=84 / plan.readers, seed=plan.seed),
               RESULTS_AT_ONCE=str(SPARE)) as field:
        field.publish()
        field.start("beat")
        machines = {name: [field.part(part, machine=name).start() for part in BOTH]
                    for name in ("north", "south")}
        *losses, goal, stop_goal = field.goals(5)
        for goal_of_loss, lost in zip(losses, ("north", "south", "north"), strict=True):
            field.wait_for(goal_of_loss)
            field.nap(0.3)
            field.strike(lambda lost=lost: _lose(field, lost, machines[lost]))
            for part in machines[lost]:
                part.start()
        field.wait_for(goal)
        with field.house(), transaction():
            set_limit("total", per_second=rate, at_once=None, by="test", now=clock.now())
        limited_at = time.time()
        field.wait_for(stop_goal)
        _stop_and_go(field)
        verdict = field.verdict(bound=field.kills * BOUND_WITHOUT_JOURNAL,
                                disks_lost=field.kills)
        verdict.broken += _too_fast(field, rate, since=limited_at + AHEAD_SECONDS)
        return verdict


def _lose(field: Field, machine: str, parts: list[Part]) -> None:
    """Its processes die and its disk is gone."""
    for part in parts:
        part.kill()
    shutil.rmtree(field.folder / machine / "spool")


def _stop_and_go(field: Field) -> None:
    """Stop all sending, see that both machines heed it within five seconds, and let it go on."""
    _switch(field, is_on=True)
    stopped_at = time.time()
    time.sleep(STOPS_WITHIN + 1.5)
    late = sum(1 for entry in field.relay.journal.refresh().entries
               if entry.since > stopped_at + STOPS_WITHIN)
    if late:
        field.broken.append(f"{late} mails left after the stop")
    if field.served() == len(field.expected):
        field.broken.append("the stop came after the last mail")
    _switch(field, is_on=False)


def _switch(field: Field, *, is_on: bool) -> None:
    with field.house(), transaction():
        switch(SwitchName.SENDING_STOPPED, is_on=is_on, by="test", now=clock.now())


def _too_fast(field: Field, rate: float, *, since: float) -> list[str]:
    """Whether more left in any stretch of two seconds than both together may send."""
    moments = sorted(entry.at for entry in field.relay.journal.entries if entry.at > since)
    start = most = 0
    for place, at in enumerate(moments):
        while at - moments[start] > 2.0:
            start += 1
        most = max(most, place - start + 1)
    allowed = rate * (2.0 + AHEAD_SECONDS)
    return [f"{most} mails in two seconds, of {allowed:.0f}"] if most > allowed else []
