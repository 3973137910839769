"""Scheduling an edition: its moment, its deadlines, and leaving by itself."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.catalogue.models import Magazine
from newsletter.deliveries.alarm import open_alarms, raise_alarm
from newsletter.editions.choose import Chosen, choose
from newsletter.editions.compose import Texts, compose
from newsletter.editions.days import Mind, minds_of_sending
from newsletter.editions.due import due_editions
from newsletter.editions.mind_dates import minds_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.move_dates import Dates, dates_of, move_dates, previous_dates
from newsletter.editions.publish import mark_late, mark_published
from newsletter.editions.queries import (
    editions_with,
    find_edition,
    latest_published,
    next_edition,
    year_of,
)
from newsletter.editions.schedule import LATE_ALARM, schedule, unschedule
from newsletter.errors import BadMoment, EditionNotReady, WrongState
from tests import material

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def ready(
    session: Session, edition: Edition, make_article: Callable[..., Article], by: int,
    now: datetime,
) -> Edition:
    compose(edition, Texts("Titel", "Onderwerp", "", ""), revision=0, by=by, now=now)
    choose(edition, [Chosen(make_article().id)], revision=1, by=by, now=now)
    material.approved(edition)
    return edition


def leave_at(edition: Edition, *, send_at: datetime, now: datetime) -> None:
    schedule(edition, material.compiled(edition, send_at=send_at), send_at=send_at, now=now)


def test_a_scheduled_edition_falls_due_at_its_moment_and_not_before(
    session: Session, ready: Edition, now: datetime
) -> None:
    leave_at(ready, send_at=now + MINUTE, now=now)
    assert ready.id not in due_editions(now)
    assert ready.id in due_editions(now + MINUTE)


def test_deadlines_never_come_after_sending(
    session: Session, ready: Edition, now: datetime
) -> None:
    leave_at(ready, send_at=now + MINUTE, now=now)
    assert ready.copy_deadline_at <= ready.approval_deadline_at == ready.send_at


def test_the_present_moment_is_good_and_the_past_is_not(
    session: Session, ready: Edition, now: datetime
) -> None:
    with pytest.raises(BadMoment) as refused:
        leave_at(ready, send_at=now - MINUTE, now=now)
    assert refused.value.field == "send_at"
    leave_at(ready, send_at=now, now=now)
    assert ready.status is EditionStatus.SCHEDULED


def test_an_edition_that_misses_something_is_not_scheduled(
    session: Session, edition: Edition, now: datetime
) -> None:
    with pytest.raises(EditionNotReady) as refused:
        leave_at(edition, send_at=now + DAY, now=now)
    assert refused.value.missing == ["title", "subject", "articles"]
    assert edition.status is EditionStatus.PLANNED


def test_an_article_released_only_after_the_moment_is_missed(
    session: Session, ready: Edition, now: datetime
) -> None:
    ready.items[0].article.released_at = now + 2 * DAY
    session.flush()
    with pytest.raises(EditionNotReady):
        leave_at(ready, send_at=now + DAY, now=now)
    leave_at(ready, send_at=now + 3 * DAY, now=now)


def test_a_scheduled_edition_can_be_taken_back_until_its_moment(
    session: Session, ready: Edition, now: datetime
) -> None:
    leave_at(ready, send_at=now + DAY, now=now)
    unschedule(ready, now=now)
    assert ready.status is EditionStatus.PLANNED
    with pytest.raises(WrongState):
        unschedule(ready, now=now)
    leave_at(ready, send_at=now + DAY, now=now)
    with pytest.raises(WrongState):
        unschedule(ready, now=now + DAY)


def test_publishing_twice_keeps_the_first_moment(
    session: Session, ready: Edition, now: datetime
) -> None:
    with pytest.raises(WrongState):
        mark_published(ready, now)
    leave_at(ready, send_at=now, now=now)
    mark_published(ready, now)
    mark_published(ready, now + DAY)
    assert ready.published_at == now
    assert ready.appeared_on == date(2026, 3, 10)
    assert latest_published() is ready
    with pytest.raises(WrongState):
        leave_at(ready, send_at=now + DAY, now=now)


def test_a_late_edition_waits_for_a_person_who_gives_it_a_new_moment(
    session: Session, ready: Edition, now: datetime
) -> None:
    leave_at(ready, send_at=now, now=now)
    mark_late(ready)
    mark_late(ready)
    assert ready.id not in due_editions(now + DAY)
    assert next_edition(now + DAY) is not None
    leave_at(ready, send_at=now + DAY, now=now)
    assert ready.status is EditionStatus.SCHEDULED


@pytest.mark.parametrize(
    ("send", "copy", "approval", "field"),
    [
        (-1, -3, -2, "send_at"),
        (5, 2, 6, "approval_deadline_at"),
        (5, 4, 3, "copy_deadline_at"),
    ],
)
def test_dates_in_a_wrong_order_are_refused_at_their_field(
    session: Session, edition: Edition, now: datetime, send: int, copy: int, approval: int,
    field: str,
) -> None:
    dates = Dates(now + send * DAY, now + copy * DAY, now + approval * DAY)
    with pytest.raises(BadMoment) as refused:
        move_dates(edition, dates, revision=0, now=now)
    assert refused.value.field == field


def test_moved_dates_are_kept(session: Session, edition: Edition, now: datetime) -> None:
    dates = Dates(now + 9 * DAY, now + 2 * DAY, now + 5 * DAY)
    move_dates(edition, dates, revision=0, now=now)
    assert dates_of(edition) == dates


def test_a_moment_that_is_set_elsewhere_ends_the_undo_of_a_move(
    ready: Edition, now: datetime
) -> None:
    moved = Dates(now + 9 * DAY, now + 2 * DAY, now + 5 * DAY)
    move_dates(ready, moved, revision=ready.revision, now=now)
    leave_at(ready, send_at=moved.send_at, now=now)
    assert previous_dates(ready) is not None
    leave_at(ready, send_at=now + 10 * DAY, now=now)
    assert previous_dates(ready) is None


@pytest.mark.parametrize(
    ("local_day", "minds"),
    [
        (datetime(2026, 4, 27, 8, tzinfo=UTC), [Mind.HOLIDAY]),
        (datetime(2026, 4, 28, 8, tzinfo=UTC), [Mind.AFTER_HOLIDAY]),
        (datetime(2026, 3, 16, 9, tzinfo=UTC), [Mind.MONDAY]),
        (datetime(2026, 3, 20, 9, tzinfo=UTC), [Mind.FRIDAY]),
        (datetime(2026, 3, 21, 9, tzinfo=UTC), [Mind.WEEKEND]),
        (datetime(2026, 7, 21, 8, tzinfo=UTC), [Mind.SUMMER]),
        (datetime(2026, 3, 17, 23, 30, tzinfo=UTC), [Mind.NIGHT]),
        (datetime(2026, 3, 17, 9, tzinfo=UTC), []),
    ],
)
def test_days_to_mind_are_named_and_not_refused(local_day: datetime, minds: list[Mind]) -> None:
    assert [caution.mind for caution in minds_of_sending(local_day)] == minds


def test_deadlines_in_a_weekend_are_minded() -> None:
    send = datetime(2026, 3, 17, 9, tzinfo=UTC)
    found = minds_of(Dates(send, send - 3 * DAY, send - 2 * DAY))
    assert {caution.field for caution in found} == {"copy_deadline_at", "approval_deadline_at"}


def test_an_edition_is_found_by_the_key_that_people_cite(
    session: Session, ready: Edition, magazine: Magazine
) -> None:
    assert find_edition("901-2") is ready
    assert year_of(ready) == 2907
    for key in ("901-9", "901", "x", "0-1", "901-2 ", "٩-1"):
        assert find_edition(key) is None
    assert list(editions_with(ready.items[0].article_id)) == [ready]


def test_a_new_moment_closes_the_alarm_of_a_late_edition(session: Session) -> None:
    edition = material.edition([material.article("data")])
    raise_alarm(LATE_ALARM, f"edition:{edition.key}", now=material.NOW)
    edition.status = EditionStatus.LATE
    session.flush()
    schedule(edition, material.compiled(edition), send_at=material.NOW + timedelta(days=1),
             now=material.NOW)
    assert open_alarms() == []
