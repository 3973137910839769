"""The desk is reminded of each deadline once, and of none that was met."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.models import Account, RoleName
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.quiet_hours import NONE
from newsletter.editions.deadlines import Told, still_owed
from newsletter.editions.models import Edition, EditionItem, EditionStatus
from newsletter.editions.move_dates import dates_of, move_dates
from newsletter.editions.remind import editions_to_remind, remind, reminders_of
from newsletter.editions.reminder_days import Plan
from newsletter.editions.reminder_models import Deadline
from tests.material import approved
from tests.statements import asked

PLAN = Plan({Deadline.COPY: [7, 1], Deadline.APPROVAL: [2], Deadline.SENDING: [1]}, NONE)


def at(day: int, hour: int = 9) -> datetime:
    """A moment in March 2027 on the clock of Amsterdam, in UTC."""
    return datetime(2027, 3, day, hour, tzinfo=clock.AMSTERDAM).astimezone(UTC)


@pytest.fixture
def edition(session: Session) -> Edition:
    """Copy due on the 16th, approval on the 19th, sent on the 23rd; all at noon."""
    session.execute(delete(Edition))
    made = Edition(volume=21, number=2, copy_deadline_at=at(16, 12),
                   approval_deadline_at=at(19, 12), send_at=at(23, 12))
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


@pytest.fixture
def noor(session: Session) -> Account:
    session.execute(Account.__table__.update().values(active=False))
    return add_account(email="noor@redactie.example", name="Noor", password=None,
                       roles=[RoleName.EDITOR], now=at(1))


def told(session: Session) -> list[tuple[int | None, str]]:
    rows = session.scalars(select(Delivery).where(Delivery.kind == MailKind.REMINDER)
                           .order_by(Delivery.id))
    return [(mail.account_id, mail.params["said"]["deadline"]) for mail in rows]


def days_of(session: Session, edition: Edition, *, until: int = 23) -> list[tuple[int, str]]:
    """On which days of March the ticks of every hour told somebody of which deadline."""
    found = []
    for hours in range(24 * until):
        now = at(1, 0) + timedelta(hours=hours)
        before = len(told(session))
        for edition_id in editions_to_remind(PLAN, now=now):
            remind(edition_id, PLAN, now=now)
        found += [(clock.local(now).day, deadline) for _, deadline in told(session)[before:]]
    return found


def test_each_deadline_is_told_on_its_days_and_never_twice(
    session: Session, edition: Edition, noor: Account
) -> None:
    assert days_of(session, edition) == [
        (9, "copy"), (15, "copy"), (17, "approval"), (22, "sending")]
    assert days_of(session, edition) == []


def test_only_who_composes_works_here_and_wants_it_is_told(
    session: Session, edition: Edition, noor: Account
) -> None:
    def account(name: str, role: RoleName, **wishes: Any) -> Account:
        made = add_account(email=f"{name}@redactie.example", name=name, password=None,
                           roles=[role], now=at(1))
        for wish, value in wishes.items():
            setattr(made, wish, value)
        session.flush()
        return made

    account("schrijver", RoleName.CONTRIBUTOR)
    account("weg", RoleName.EDITOR, active=False)
    account("liever-niet", RoleName.PUBLISHER, gets_reminders=False)
    boss = account("uitgever", RoleName.PUBLISHER, language="en")
    assert remind(edition.id, PLAN, now=at(9)) == 2
    assert [who for who, _ in told(session)] == [noor.id, boss.id]
    said = session.scalars(select(Delivery.params).where(Delivery.account_id == boss.id)).one()
    assert said["said"]["language"] == "en"


def test_copy_that_is_in_and_an_edition_that_is_scheduled_need_no_reminder(
    session: Session, edition: Edition, noor: Account,
    make_article: Callable[..., Any]
) -> None:
    edition.title = edition.subject = "Dichtbij"
    edition.items.append(EditionItem(article=make_article(), position=1))
    session.flush()
    assert days_of(session, edition, until=20) == [(17, "approval")]
    edition.status = EditionStatus.SCHEDULED
    session.flush()
    assert days_of(session, edition) == []
    edition.status = EditionStatus.PLANNED  # taken back: what was seen to is not told after all
    session.flush()
    assert remind(edition.id, PLAN, now=at(22, 15)) == 0
    assert [row.mails for row in reminders_of([edition.id])] == [0, 0, 1, 0]


def test_an_approval_that_was_given_needs_no_reminder_but_the_sending_does(
    session: Session, edition: Edition, noor: Account, make_article: Callable[..., Any]
) -> None:
    edition.title = edition.subject = "Dichtbij"
    edition.items.append(EditionItem(article=make_article(), position=1))
    session.flush()
    approved(edition)
    assert set(days_of(session, edition)) == {(22, "sending")}


def test_after_days_of_silence_only_the_nearest_step_speaks(
    session: Session, edition: Edition, noor: Account
) -> None:
    assert remind(edition.id, PLAN, now=at(15, 14)) == 1
    assert [(row.days, row.mails) for row in reminders_of([edition.id])] == [(1, 1), (7, 0)]
    assert remind(edition.id, PLAN, now=at(15, 15)) == 0


def test_a_deadline_that_has_passed_is_not_told(
    session: Session, edition: Edition, noor: Account
) -> None:
    assert remind(edition.id, PLAN, now=at(16, 13)) == 0
    assert told(session) == []
    assert reminders_of([edition.id]) == []


def test_a_deadline_that_moves_is_told_anew_but_not_again_on_the_same_day(
    session: Session, edition: Edition, noor: Account
) -> None:
    assert remind(edition.id, PLAN, now=at(9)) == 1
    for day in (15, 14, 17):  # dragged to and fro; a week before the first two has passed
        move_dates(edition, replace(dates_of(edition), copy_deadline_at=at(day, 12)),
                   revision=edition.revision, now=at(9, 10))
        assert remind(edition.id, PLAN, now=at(9, 11)) == 0
    assert remind(edition.id, PLAN, now=at(10)) == 1
    assert remind(edition.id, PLAN, now=at(11)) == 0
    assert remind(edition.id, PLAN, now=at(16)) == 1
    mails = session.scalars(select(Delivery.params).order_by(Delivery.id)).all()
    assert [mail["said"]["deadline_at"] for mail in mails] == [
        at(16, 12).isoformat(), at(17, 12).isoformat(), at(17, 12).isoformat()]


def test_what_still_misses_is_said_with_the_article(
    session: Session, edition: Edition, noor: Account, make_article: Callable[..., Any]
) -> None:
    edition.title = "Dichtbij"
    article = make_article(released_at=None)
    edition.items.append(EditionItem(article=article, position=1))
    session.flush()
    remind(edition.id, PLAN, now=at(9))
    (said,) = session.scalars(select(Delivery.params["said"]))
    assert said["missing"] == [{"what": "subject", "title": ""},
                               {"what": "released", "title": article.title}]


def test_what_was_queued_is_owed_until_the_deadline_passes(
    session: Session, edition: Edition
) -> None:
    told = Told(edition.id, Deadline.COPY, edition.copy_deadline_at)
    assert still_owed([told], now=at(16, 11)) == {told}
    assert still_owed([told], now=at(16, 12)) == set()


def test_a_tick_asks_as_few_questions_for_eight_editions_as_for_one(
    session: Session, edition: Edition, noor: Account
) -> None:
    def number() -> int:
        session.expire_all()
        with asked(session) as statements:
            editions_to_remind(PLAN, now=at(9))
        return len(statements)

    of_one = number()
    for other in (1, *range(3, 9)):
        session.add(Edition(volume=21, number=other, copy_deadline_at=at(16, 12),
                            approval_deadline_at=at(19, 12), send_at=at(23, 12)))
    session.flush()
    assert len(editions_to_remind(PLAN, now=at(9))) == 8
    assert number() == of_one
