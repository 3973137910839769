"""Note a hand: who changed an edition's texts or its choice of articles."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from newsletter.editions.approval_models import EditionHand
from newsletter.editions.models import Edition
from newsletter.extensions import db


def note_hand(edition: Edition, account_id: int, *, now: datetime) -> None:
    """Keep that this account worked on the edition: it cannot approve it any more."""
    db.session.execute(
        insert(EditionHand)
        .values(edition_id=edition.id, account_id=account_id, first_at=now, last_at=now)
        .on_conflict_do_update(
            index_elements=[EditionHand.edition_id, EditionHand.account_id],
            set_={"last_at": now},
        )
    )
