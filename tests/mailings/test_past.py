"""After a partition was dropped: ledgers still close, and nothing comes to anybody twice."""

import csv
import io
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from newsletter.cli.main import cli
from newsletter.deliveries.partitions import drop_past
from newsletter.extensions import db
from newsletter.mailings.ledger_queries import ledger_of
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import get_mailing, progress
from newsletter.transaction import transaction
from tests.deliveries.old_ledger import THEN, as_owner, live_long_ago
from tests.mailings.ended import check_ledgers


@pytest.fixture
def mailing(committed: Flask) -> Mailing:
    """A mailing to three, which ended in three ways two years ago."""
    return live_long_ago()[0]


def drop() -> None:
    with transaction():
        assert drop_past() == 4
    db.session.expire_all()


def test_its_figures_are_the_same_before_and_after(mailing: Mailing) -> None:
    before = progress(mailing)
    drop()
    assert progress(mailing) == before
    assert (before.sent, before.failures, before.skips, before.open) == (1, 1, 1, 0)
    assert (before.failed, before.unclear_copies) == ({"550 5.1.1": 1}, 3)
    assert before.closes
    assert mailing.detail_forgotten_at is not None


def test_a_row_that_vanished_from_what_was_kept_opens_the_ledger(mailing: Mailing) -> None:
    drop()
    assert check_ledgers(now=THEN, since=THEN - timedelta(days=1)) == []
    as_owner("update past_recipients set subscriber_ids = array[]::bigint[] where status = 'sent'")
    db.session.rollback()
    assert not progress(get_mailing(mailing.key)).same_recipients
    assert check_ledgers(now=THEN, since=THEN - timedelta(days=1)) == [mailing.key]


def test_what_was_kept_of_it_is_right_before_and_after(mailing: Mailing) -> None:
    with transaction():
        assert check_ledgers(now=THEN, since=THEN - timedelta(days=1)) == []
    before = ledger_of(mailing)
    assert db.session.scalar(text("select count(*) from closed_ledgers")) == 1
    drop()
    assert check_ledgers(now=THEN, since=THEN - timedelta(days=1)) == []
    assert ledger_of(get_mailing(mailing.key)) == before
    assert progress(get_mailing(mailing.key)).same_outcomes


def test_the_recipients_of_a_large_mailing_are_kept_in_slices(mailing: Mailing) -> None:
    as_owner(f"insert into deliveries_0001 (id, kind, lane, mailing_id, variant_id, subscriber_id,"
             f" status, sent_at, created_at, due_at) select 1000 + n, 'edition', 'bulk',"
             f" {mailing.id}, n, 9999 - n, 'sent', '{THEN}', '{THEN}', '{THEN}'"
             " from generate_series(1, 4500) n")
    with transaction():
        assert drop_past() == 4504
    slices = db.session.execute(text("""
        select first_id, last_id, cardinality(subscriber_ids), subscriber_ids[1], variant_ids[1]
          from past_recipients where status = 'sent' order by first_id""")).all()
    assert [row[2] for row in slices] == [2000, 2000, 501]
    assert all(row[0] == row[3] for row in slices)
    assert [row[3] + row[4] for row in slices[1:]] == [9999, 9999]
    assert slices[0][1] < slices[1][0] <= slices[1][1] < slices[2][0]


def test_the_ledger_on_paper_has_everybody_and_how_it_ended(mailing: Mailing) -> None:
    drop()
    for words in (["ledger", "export", mailing.key], ["ledger", "export"]):
        shown = CliRunner().invoke(cli, words, catch_exceptions=False)
        rows = list(csv.DictReader(io.StringIO(shown.stdout)))
        assert [row["state"] for row in rows] == ["failed", "sent", "skipped"]
        assert len({row["address"] for row in rows}) == 3
        assert {row["mailing"] for row in rows} == {mailing.key}
        assert {row["message_id"] for row in rows} == {""}
