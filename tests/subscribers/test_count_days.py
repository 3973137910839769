"""Figures of days: they add up to the ledger, are counted once, and outlive what they came from."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.core import signer
from newsletter.deliveries.models import Suppression
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.extensions import db
from newsletter.subscribers.count_days import AT_ONCE, SETTLED, count_days, last_counted, midnight
from newsletter.subscribers.erase import erase
from newsletter.subscribers.figure_models import Figure, Measure
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    ChosenTheme,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof
from tests.material import NOW, reader, theme_ids
from tests.subscribers.lives import Lives

PROOF = Proof("preference_page", "/voorkeuren")
DAY = timedelta(days=1)


def figures(measure: Measure, day: date) -> dict[str, int]:
    found = select(Figure.subject, Figure.count).where(
        Figure.measure == measure, Figure.day == day, Figure.count > 0)
    return dict(db.session.execute(found).tuples().all())


def total(measure: Measure) -> int:
    return db.session.scalar(select(func.sum(Figure.count)).where(Figure.measure == measure)) or 0


def rows() -> list[str]:
    return sorted(db.session.scalars(text("select f::text from figures f")))


def count(now: datetime) -> int:
    """As the job does, until nothing is left."""
    total = 0
    while days := count_days(now=now):
        assert days <= AT_ONCE
        total += days
    return total


def erase_now(each: Subscription, now: datetime) -> None:
    erase(each, never_again=False, keep_salt_months=0, proof=PROOF, signer=signer(), now=now)


def by(column: object) -> dict[str, int]:
    """The active readers as they stand, by cadence or by language."""
    found = (select(column, func.count())  # type: ignore[call-overload]
             .where(Subscription.status == SubscriptionStatus.ACTIVE).group_by(column))
    return {str(word): n for word, n in db.session.execute(found)}


class Counted(Lives):
    """The same lives; at their end every day is counted, in one go or in two."""

    def teardown(self) -> None:
        try:
            self.days_add_up()
        finally:
            super().teardown()

    def days_add_up(self) -> None:
        db.session.flush()
        half = db.session.begin_nested()
        count(NOW + (self.now - NOW) / 2)
        count(self.now + 3 * DAY)
        in_two = rows()
        half.rollback()
        count(self.now + 3 * DAY)
        last = last_counted()
        if last is None:
            assert in_two == []
            return
        before = {row for row in rows() if not row.startswith("(theme")}
        assert before == {row for row in in_two if not row.startswith("(theme")}
        readers = figures(Measure.READERS, last).get("", 0)
        assert readers == sum(by(Subscription.cadence).values())
        assert readers == total(Measure.GIVEN) - total(Measure.LEFT) - total(Measure.ERASED)
        assert figures(Measure.CADENCE, last) == by(Subscription.cadence)
        assert figures(Measure.LANGUAGE, last) == by(Subscription.language)
        # Of the last day the rows were counted, of the quiet day before it the ledger.
        assert figures(Measure.THEME, last - DAY) == figures(Measure.THEME, last)


def test_whatever_people_do_the_days_add_up_to_how_they_stand(session: Session) -> None:
    run_state_machine_as_test(Counted, settings=settings(
        max_examples=30, stateful_step_count=25, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    ))


def test_a_day_is_counted_once_and_only_when_it_is_over(session: Session) -> None:
    reader("data", at=NOW - 2 * DAY)
    today = clock.local(NOW).date()
    assert count_days(now=NOW) == 2
    first = rows()
    assert last_counted() == today - DAY
    reader("data", at=NOW - DAY)  # late, into a day that was counted
    assert count_days(now=NOW) == 0
    assert rows() == first
    settled = midnight(today + DAY) + SETTLED
    assert count_days(now=settled - timedelta(seconds=1)) == 0
    assert count_days(now=settled) == 1


def test_days_that_were_missed_are_made_up_for(session: Session) -> None:
    reader("data", at=NOW - 400 * DAY)
    gone = reader("data", at=NOW - 300 * DAY)
    leave(gone, Leaving.ALL, proof=PROOF, now=NOW - 100 * DAY)
    assert count(NOW) == 400
    today = clock.local(NOW).date()
    stood = [figures(Measure.READERS, today - n * DAY).get("", 0) for n in (400, 300, 101, 100, 1)]
    assert stood == [1, 2, 2, 1, 1]


@pytest.mark.parametrize(("midnight_utc", "hours"), [
    (datetime(2026, 3, 28, 23, tzinfo=UTC), 23), (datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
])
def test_a_day_on_which_the_clock_is_changed_has_its_own_length(
    session: Session, midnight_utc: datetime, hours: int
) -> None:
    second = timedelta(seconds=1)
    ends = midnight_utc + timedelta(hours=hours)
    for moment in (midnight_utc - second, midnight_utc, ends - second, ends):
        reader("data", at=moment)
    count_days(now=ends + 3 * DAY)
    day = clock.local(midnight_utc).date()
    assert [figures(Measure.GIVEN, day + n * DAY)[""] for n in (-1, 0, 1)] == [1, 2, 1]
    assert midnight(day) == midnight_utc
    assert midnight(day + DAY) == ends


def test_an_erased_reader_stays_a_count_and_so_does_an_address_that_bounced(
    session: Session,
) -> None:
    gone = reader("data", at=NOW - 5 * DAY)
    suppress("a hash", reason=SuppressionReason.HARD_BOUNCE, now=NOW - 4 * DAY)
    suppress("other", reason=SuppressionReason.NEVER_AGAIN, now=NOW - 4 * DAY)
    erase_now(gone, NOW - 3 * DAY)
    count_days(now=NOW)
    session.execute(delete(Suppression))
    reader("leiderschap", at=NOW)
    count_days(now=NOW + 2 * DAY)
    told = {measure: total(measure) for measure in list(Measure)[:4]}
    assert told == {Measure.GIVEN: 2, Measure.LEFT: 0, Measure.ERASED: 1, Measure.BOUNCED: 1}
    columns = {column.name for column in Figure.__table__.columns}
    assert columns == {"measure", "subject", "day", "count"}


def test_a_theme_that_the_house_gave_counts_from_the_next_night(session: Session) -> None:
    one = reader("data", at=NOW - 3 * DAY)
    (given,) = theme_ids("leiderschap")
    session.add(ChosenTheme(subscriber_id=one.subscriber_id, theme_id=given, chosen_at=NOW))
    count_days(now=NOW)
    last = clock.local(NOW).date() - DAY
    assert figures(Measure.THEME, last)[str(given)] == 1
    assert str(given) not in figures(Measure.THEME, last - DAY)
