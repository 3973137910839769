"""Switch something on or off while everything runs."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import Switch, SwitchName
from newsletter.extensions import db


def is_on(name: SwitchName) -> bool:
    """Whether somebody switched it on, and nobody off again."""
    return bool(db.session.scalar(select(Switch.is_on).where(Switch.name == name)))


def switch(name: SwitchName, *, is_on: bool, by: str, now: datetime) -> None:
    """Switch it on or off; `by` says who, as in the audit trail. Twice is as good as once."""
    values = {"is_on": is_on, "changed_at": now, "changed_by": by}
    db.session.execute(
        insert(Switch)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=[Switch.name], set_=values,
                               where=Switch.is_on.is_distinct_from(is_on))
    )


def find_switch(name: SwitchName) -> Switch | None:
    """The row, with who changed it last and when; None when nobody ever did."""
    return db.session.get(Switch, name)
