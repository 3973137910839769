"""Scenarios in which the relay misbehaves: answers that get lost, are no answers, or come late."""

from tests.faults.field import UPKEEP, Field, Plan
from tests.faults.oracle import Verdict
from tests.faults.relay import Rule, Script

# Each only at a reader's first tries, so that a run comes to an end.
_AMBIGUOUS = (
    Rule("rcpt", match="^[a-c]", chance=0.1, first=1, say="550 5.1.1 no such mailbox"),
    Rule("rcpt", match="^[d-f]", chance=0.3, greylist=3.0, say="451 4.7.1 greylisted"),
    Rule("body", chance=0.03, first=1, drop=True, octets=9000),
    Rule("dot", chance=0.05, first=1, drop=True, take=True),
    Rule("dot", chance=0.05, first=1, drop=True),
    Rule("dot", chance=0.03, first=1, take=True, say="what was that?"),
    Rule("dot", chance=0.03, first=1, say="421 4.3.2 closing"),
)


def ambiguous(plan: Plan) -> Verdict:
    """R04, R05, R19: answers dropped before and after the final dot, garbage, 421, greylist."""
    with Field(plan, Script(_AMBIGUOUS, seed=plan.seed, pace=0.02)) as field:
        field.publish()
        field.start(*UPKEEP, "worker-bulk")
        return field.verdict(bound=lambda: untold(field), least_kills=0)


# The lease is 3 s: it must be renewed while an answer is waited for.
_SLOW = (
    Rule("connect", chance=0.5, drip=0.05),
    Rule("rcpt", chance=0.03, late=1.0),
    Rule("dot", match="^[a-e]", chance=0.05, first=1, late=3.5),
    Rule("dot", match="^[f-h]", chance=0.05, first=1, late=6.0),
    Rule("dot", chance=0.05, drip=0.05),
)


def slow(plan: Plan) -> Verdict:
    """R06: answers that come late or octet by octet, some after our patience has ended."""
    script = Script(_SLOW, seed=plan.seed, delay=0.02, pace=0.02)
    with Field(plan, script, SMTP_FINAL_TIMEOUT_SECONDS="4") as field:
        field.publish()
        field.start(*UPKEEP, "worker-bulk")
        return field.verdict(bound=lambda: untold(field), least_kills=0)


def untold(field: Field) -> int:
    """How many mails the relay took without saying so: these may come twice, and nothing else."""
    told = sum(1 for answer in field.relay.journal.answers
               if answer.step == "dot" and answer.reply.startswith("2"))
    return field.taken() - told
