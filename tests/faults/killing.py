"""Scenarios in which processes die: workers, and everything at once with broker and database."""

import redis

from tests.faults.field import UPKEEP, Field, Plan
from tests.faults.oracle import CONNECTIONS, Verdict

KILLS = 5


def workers_killed(plan: Plan) -> Verdict:
    """R02, R09: kill -9 of the sending worker, and once a flush of the broker."""
    with Field(plan) as field:
        _kill_workers(field)
        return field.verdict(bound=field.kills * CONNECTIONS)


def log_at_hand(plan: Plan) -> Verdict:
    """R12: the same, and the service may read the relay's log: nothing comes twice."""
    log = plan.folder / "mail.log"
    with Field(plan, log=log, RELAY_LOG=str(log)) as field:
        _kill_workers(field)
        return field.verdict(bound=0)


def _kill_workers(field: Field) -> None:
    field.publish()
    field.start(*UPKEEP)
    (worker,) = field.start("worker-bulk")
    for number, goal in enumerate(field.goals(KILLS)):
        field.wait_for(goal)
        field.nap(0.05)
        field.strike(worker.kill)
        if number == KILLS // 2:
            with redis.Redis.from_url(field.environ["REDIS_URL"]) as broker:
                broker.flushall()
        worker.start()


def everything_killed(plan: Plan) -> Verdict:
    """R03: beat, workers, broker and database, all by kill -9, and begun again on the same data."""
    with Field(plan) as field:
        field.publish()
        parts = field.start(*UPKEEP, "worker-bulk")
        for goal in field.goals(3):
            field.wait_for(goal)
            field.nap(0.05)
            # The dice say who falls first: the database under a living worker, or the worker.
            deeds = [field.ground.kill, *(part.kill for part in parts)]
            field.dice.shuffle(deeds)
            field.strike(*deeds)
            field.ground.revive()
            for part in parts:
                part.start()
        return field.verdict(bound=field.kills * CONNECTIONS)
