"""Scenarios about the database: the answers to commits get lost, or it is away for a while."""

import time

from tests.faults.between import Between
from tests.faults.field import UPKEEP, Field, Plan
from tests.faults.oracle import BOUND_WITHOUT_JOURNAL, SPARE, Verdict
from tests.faults.relay import Script

LOST_ANSWERS = 20


def commits_unheard(plan: Plan) -> Verdict:
    """R11: twenty times the server commits and the worker sees the connection break."""
    with Field(plan, Script(pace=30 / plan.readers, seed=plan.seed)) as field:
        field.publish()
        with Between(field.folder, field.environ["DATABASE_URL"], seed=plan.seed, chance=0.6,
                     most=LOST_ANSWERS) as between:
            field.start(*UPKEEP)
            field.part("worker-bulk", DATABASE_URL=between.url).start()
            field.wait_for(1)
            between.is_armed = True
            verdict = field.verdict(bound=0, least_kills=0)
        verdict.kills = between.cuts
        if between.cuts < LOST_ANSWERS:
            verdict.broken.append(f"only {between.cuts} answers were lost")
        return verdict


def database_away(plan: Plan) -> Verdict:
    """R10: PostgreSQL is killed while mail leaves, and comes back seconds later on its data."""
    with Field(plan, RESULTS_AT_ONCE=str(SPARE)) as field:
        field.publish()
        field.start(*UPKEEP, "worker-bulk")
        for goal in field.goals(3):
            field.wait_for(goal)
            field.nap(0.1)
            field.strike(lambda: field.ground.kill(broker=False))
            gone_at = time.time()
            time.sleep(1.0 + 2.0 * field.dice.random())
            back_at = time.time()
            left = sum(1 for entry in field.relay.journal.refresh().entries
                       if gone_at < entry.since < back_at)
            if left > BOUND_WITHOUT_JOURNAL:
                field.broken.append(f"{left} mails left without a durable row")
            field.ground.revive()
        return field.verdict(bound=0)
