"""Remind the desk by mail of the deadlines of editions that come near."""

from datetime import datetime

from newsletter.catalogue.queries import magazine
from newsletter.digests.quiet_hours import quiet_hours_of
from newsletter.editions.remind import editions_to_remind, remind
from newsletter.editions.reminder_days import Plan, plan_of
from newsletter.transaction import transaction


def house_plan() -> Plan:
    """When the house reminds, outside its quiet hours."""
    house = magazine()
    return plan_of(house, quiet_hours_of(house))


def remind_all(*, now: datetime) -> int:
    """How many mails were queued, each edition in a transaction of its own; safe to repeat.

    `now` is aware.
    """
    with transaction():
        plan = house_plan()
        waiting = editions_to_remind(plan, now=now)
    queued = 0
    for edition_id in waiting:
        with transaction():
            queued += remind(edition_id, plan, now=now)
    return queued
