"""Signs of life of the parts that must never fall silent."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import Heartbeat
from newsletter.extensions import db

BEAT = "beat"


def beat(part: str, *, now: datetime) -> None:
    """Note that the part was alive just now."""
    db.session.execute(
        insert(Heartbeat)
        .values(part=part, at=now)
        .on_conflict_do_update(index_elements=[Heartbeat.part], set_={"at": now})
    )


def last_beat(part: str) -> datetime | None:
    """When the part was last alive."""
    found = db.session.get(Heartbeat, part)
    return found.at if found else None
