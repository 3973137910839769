"""Visit an edition: say that its page is open, and see who else has it open."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from newsletter.editions.draft_models import EditionVisit
from newsletter.extensions import db

OPEN_FOR = timedelta(minutes=1)  # after the last word of a page
KEPT = timedelta(days=1)


def visit(edition_id: int, *, account_id: int, now: datetime) -> None:
    """Note that this person has the edition open. Safe to repeat."""
    db.session.execute(
        insert(EditionVisit)
        .values(edition_id=edition_id, account_id=account_id, seen_at=now)
        .on_conflict_do_update(index_elements=["edition_id", "account_id"],
                               set_={"seen_at": now})
    )


def who_else(edition_id: int, *, account_id: int, now: datetime) -> Sequence[int]:
    """The accounts of the others that had it open in the last minute."""
    return db.session.scalars(
        select(EditionVisit.account_id)
        .where(EditionVisit.edition_id == edition_id, EditionVisit.account_id != account_id,
               EditionVisit.seen_at > now - OPEN_FOR)
        .order_by(EditionVisit.account_id)
    ).all()


def forget_visits(*, now: datetime) -> int:
    """How many were taken away: those of more than a day ago."""
    gone = db.session.execute(
        delete(EditionVisit).where(EditionVisit.seen_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
