"""Tasks that keep the coming slots planned."""

from newsletter import clock
from newsletter.catalogue.queries import magazine
from newsletter.digests import plan_slots as slots
from newsletter.digests.rhythm import rhythm_of
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.transaction import transaction


@queue.task(name=Job.PLAN_SLOTS.value)
def plan_slots() -> None:
    """The slots of the next 40 days."""
    with transaction():
        slots.plan_slots(rhythm_of(magazine()), now=clock.now())
