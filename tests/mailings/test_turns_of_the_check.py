"""The job that checks ledgers: one turn at a time, and each ledger in its own transaction."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from newsletter.deliveries.alarm import open_alarms
from newsletter.extensions import db
from newsletter.mailings.check_ledgers import take_turn
from newsletter.mailings.models import Mailing
from tasks.mailings import check_ledgers
from tests.mailings.ended import copy_to, end_all, kept, under_way


@pytest.fixture
def mailings(committed: Flask) -> list[str]:
    """Three that are over, by their keys, oldest id first."""
    first: Mailing = under_way()
    end_all()
    keys = [first.key, *copy_to(2)]
    # All of late: the job goes by the clock of today.
    db.session.execute(text("update mailings set sending_at = clock_timestamp()"))
    db.session.commit()
    return keys


def test_an_alarm_is_seen_before_the_next_ledger_is_reckoned(
    committed: Flask, mailings: list[str]
) -> None:
    db.session.execute(text("update mailings set recipients = recipients + 1 where key = :key"),
                       {"key": mailings[0]})
    db.session.commit()
    seen: list[list[str]] = []

    def look(*arguments: Any) -> None:
        if "unclear_count" in arguments[2]:
            with committed.app_context():
                seen.append([each.subject for each in open_alarms()])

    event.listen(db.engine, "before_cursor_execute", look)
    check_ledgers()
    event.remove(db.engine, "before_cursor_execute", look)
    assert seen == [[], mailings[:1], mailings[:1]]


def test_a_second_turn_ends_at_once_and_the_next_looks_at_all(
    committed: Flask, mailings: list[str]
) -> None:
    with committed.app_context():  # another worker is at it
        assert take_turn()
        with committed.app_context():
            reckoned: list[str] = []
            event.listen(db.engine, "before_cursor_execute",
                         lambda *arguments: reckoned.append(arguments[2]))
            check_ledgers()
            assert [each for each in reckoned if "unclear_count" in each] == []
        assert kept() == []
    check_ledgers()
    assert len(kept()) == 3
    with committed.app_context():  # it holds nothing when it is done
        assert take_turn()
