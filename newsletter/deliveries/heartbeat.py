"""Signs of life of the parts that must never fall silent."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import Heartbeat
from newsletter.extensions import db

BEAT = "beat"  # the tick, and with it the worker of its lane
PROMPT, BULK, FEEDS = "worker-prompt", "worker-bulk", "worker-feeds"
SILENT_AFTER = timedelta(minutes=5)  # O01


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


def last_beats() -> dict[str, datetime]:
    """When each part that was ever alive was so last, by its name."""
    return dict(db.session.execute(select(Heartbeat.part, Heartbeat.at)).tuples().all())


def is_silent(seen: datetime | None, *, now: datetime) -> bool:
    """Whether a part that gave its last sign of life at `seen` is to be worried about."""
    return seen is None or now - seen >= SILENT_AFTER
