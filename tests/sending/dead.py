"""A worker that died in mid-batch: what it claimed, and what its journal knows of it."""

from sqlalchemy import select

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import Claim, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.journal import Journal
from newsletter.transaction import transaction
from tests import material

WORKER = "host:12:ab"


def dead_owner() -> Journal:
    """An owner that is gone, of whom all leases are over too: one sent, one offered, one not."""
    with transaction():
        for _ in range(3):
            material.reader()
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)
    with transaction():
        claim_id, due = material.claimed(Lane.BULK, limit=3, worker=WORKER)
    now = clock.unix_seconds()
    kept = Journal(settings().spool, WORKER)
    for each in due[:2]:
        kept.offering(each.id, claim_id)
    kept.outcome(Result(due[0].id, claim_id, Outcome.ACCEPTED, DeliveryStatus.SENT, now, now,
                        "250 2.0.0", "taken", 0.0, "<a@example>", due[0].mailing_id))
    kept.close(is_settled=False)
    with transaction():
        for claim in db.session.scalars(select(Claim)):
            claim.lease_until = material.NOW
    return kept
