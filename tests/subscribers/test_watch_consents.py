"""Somebody is told when the ledger of consent is no longer whole, and when it is again."""

from collections.abc import Callable

from newsletter.deliveries.alarm import open_alarms
from newsletter.extensions import db
from newsletter.subscribers.watch_consents import BROKEN, watch_consents
from tests.material import NOW


def test_a_changed_entry_raises_an_alarm_that_names_it_and_that_closes_by_itself(
    two: tuple[int, int], owner: Callable[..., None]
) -> None:
    assert watch_consents(now=NOW)
    db.session.commit()
    here = f"subscriber_id = {two[1]} and sequence = 3"
    owner(f"update consents set source_page = '/elders' where {here}")
    assert not watch_consents(now=NOW)
    (alarm,) = open_alarms()
    assert alarm.kind == BROKEN
    assert (alarm.details["subscriber"], alarm.details["sequence"]) == (two[1], 3)
    db.session.commit()
    owner(f"update consents set source_page = '/voorkeuren' where {here}")
    assert watch_consents(now=NOW)
    assert open_alarms() == []
