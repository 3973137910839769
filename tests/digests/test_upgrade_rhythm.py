"""Slots of before they knew their week or month are told it by the migration."""

from datetime import UTC, date, datetime, time

from flask import Flask, current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select

from newsletter.catalogue.queries import magazine
from newsletter.digests.models import DigestSlot
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.rhythm import moment_of, rhythm_of
from newsletter.extensions import db
from newsletter.schema import migrate
from newsletter.subscribers.models import Cadence

BEFORE = "0016"
THEN = datetime(2027, 2, 20, tzinfo=UTC)


def _periods() -> dict[tuple[Cadence, datetime], date | None]:
    return {(slot.cadence, slot.slot_at): slot.period_on
            for slot in db.session.scalars(select(DigestSlot))}


def _through_the_version_before() -> None:
    migrate.init_app(current_app)
    db.session.remove()
    downgrade(revision=BEFORE)
    upgrade()


def test_the_rhythms_own_slots_know_their_period_again_and_extra_ones_have_none(
    committed: Flask,
) -> None:
    db.session.execute(delete(DigestSlot))
    house = magazine()
    house.monthly_day = 31  # the last of February, too
    plan_slots(rhythm_of(house), now=THEN)
    extra = [DigestSlot(cadence=cadence, slot_on=day, slot_at=moment_of(day, at))
             for cadence, day, at in (
                 (Cadence.WEEKLY, date(2027, 2, 23), time(9)),
                 (Cadence.WEEKLY, date(2027, 2, 24), time(8)),
                 (Cadence.MONTHLY, date(2027, 3, 30), time(8)))]
    db.session.add_all(extra)
    db.session.commit()
    before = _periods()
    assert sum(period is None for period in before.values()) == 3
    assert len(before) > 8
    _through_the_version_before()
    assert _periods() == before
    assert plan_slots(rhythm_of(magazine()), now=THEN) == 0


def test_an_hour_that_comes_twice_gives_its_period_to_the_first(committed: Flask) -> None:
    db.session.execute(delete(DigestSlot))
    house = magazine()
    house.weekly_weekday, house.weekly_at = 6, time(2, 30)
    moments = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    db.session.add_all(DigestSlot(cadence=Cadence.WEEKLY, slot_on=date(2026, 10, 25), slot_at=at)
                       for at in moments)
    db.session.commit()
    _through_the_version_before()
    assert _periods() == {(Cadence.WEEKLY, moments[0]): date(2026, 10, 19),
                          (Cadence.WEEKLY, moments[1]): None}


def test_a_house_that_had_no_quiet_hours_has_none_after_the_upgrade(committed: Flask) -> None:
    _through_the_version_before()
    assert magazine().quiet_from == magazine().quiet_until
