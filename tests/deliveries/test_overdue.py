"""Overdue: what stands still, and not what only waits its turn."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.deliveries.overdue import count_overdue
from newsletter.sending.carry_out import carry_out_edition
from tests import material

READERS = 4


@pytest.fixture
def planned_long_ago(session: Session) -> None:
    """A mailing that was planned six minutes ago, and of which nothing has left."""
    for _ in range(READERS):
        material.reader()
    edition = material.edition([material.article("data")])
    carry_out_edition(edition.id, settings=settings(), now=material.NOW)
    session.execute(text("""update deliveries
                               set due_at = clock_timestamp() - interval '6 minutes'
                             where mailing_id is not null"""))


def left(session: Session, *, minutes: int) -> None:
    """One of its mails left so many minutes ago."""
    moment = {"minutes": minutes}
    session.execute(text("""
        insert into attempts (delivery_id, claim_id, worker, started_at, ended_at, outcome,
                              reply_text)
        select id, 1, 'w', at, at, 'accepted', ''
          from (select min(id) as id, clock_timestamp() - interval '1 minute' * :minutes as at
                  from deliveries where mailing_id is not null) d"""), moment)
    session.execute(text("""
        update deliveries set status = 'sent', attempts = 1, ended_at = clock_timestamp(),
                              sent_at = clock_timestamp()
         where id = (select min(id) from deliveries where mailing_id is not null)"""))


def test_a_mailing_of_which_nothing_leaves_is_overdue(
    planned_long_ago: None, session: Session
) -> None:
    assert count_overdue() == READERS
    left(session, minutes=6)
    assert count_overdue() == READERS - 1


def test_the_rest_of_a_mailing_that_is_leaving_is_not_overdue(
    planned_long_ago: None, session: Session
) -> None:
    left(session, minutes=1)
    assert count_overdue() == 0


def test_a_mailing_that_its_pace_holds_back_is_not_overdue(
    planned_long_ago: None, session: Session
) -> None:
    session.execute(text("""update deliveries set due_at = clock_timestamp() + interval '1 hour'
                             where id = (select min(id) from deliveries
                                          where mailing_id is not null)"""))
    assert count_overdue() == 0


def test_a_single_mail_that_waits_for_long_is_overdue(
    planned_long_ago: None, session: Session
) -> None:
    left(session, minutes=1)
    session.execute(text("""update deliveries
                               set mailing_id = null, variant_id = null, lane = 'prompt'
                             where id = (select max(id) from deliveries)"""))
    assert count_overdue() == 1
