"""`newsletter mailing`, `ledger` and `attempts`: the figures and the rows behind them."""

import csv
import errno
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.cli import output
from newsletter.core import settings
from newsletter.deliveries.models import Attempt, DeliveryStatus, Outcome
from newsletter.mailings.models import Mailing
from newsletter.mailings.pause import cancel
from newsletter.sending.carry_out import carry_out_slot
from tests.cli.conftest import Run
from tests.mailings.ended import check_ledgers
from tests.material import NOW, article, deliveries, reader, slot


@pytest.fixture
def mailing(session: Session) -> str:
    """The key of a mailing to three readers: one sent, one failed, one still to go."""
    for _ in range(3):
        reader("data")
    article("data")
    found = slot()
    session.commit()
    carry_out_slot(found.id, settings=settings(), now=NOW)
    one, two, _three = deliveries()
    one.status, one.sent_at, one.ended_at = DeliveryStatus.SENT, NOW, NOW
    one.message_id, one.reply_code, one.attempts = "<1@ingovernment.example>", "250", 1
    two.status, two.ended_at, two.reply_code = DeliveryStatus.FAILED, NOW, "550 5.1.1"
    session.add(Attempt(delivery_id=one.id, claim_id=1, worker="w", ended_at=NOW,
                        outcome=Outcome.ACCEPTED, reply_code="250", reply_text="=taken"))
    session.commit()
    return str(session.query(Mailing).one().key)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_list_names_each_mailing_in_three_forms(run: Run, read: Any, mailing: str) -> None:
    assert [row["key"] for row in read("mailing", "list")] == [mailing]
    assert [row["key"] for row in rows_of(run("mailing", "list", "--csv").stdout)] == [mailing]
    assert mailing in run("mailing", "list").stdout


def test_a_mailing_is_shown_with_its_closing_sum(run: Run, read: Any, mailing: str) -> None:
    ledger = read("mailing", "show", mailing)["ledger"]
    assert (ledger["recipients"], ledger["sent"], ledger["failed"], ledger["open"]) == (3, 1, 1, 1)
    assert ledger["failed_by_code"] == {"550 5.1.1": 1}
    shown = run("mailing", "show", mailing)
    assert shown.exit_code == 0
    assert "recipients 3 = sent 1 + failed 1 + skipped 0 + open 1" in shown.stdout
    assert "The ledger closes." in shown.stdout


def test_a_ledger_that_lost_a_row_does_not_close_and_is_exit_code_1(
    run: Run, session: Session, mailing: str
) -> None:
    session.delete(deliveries()[2])
    shown = run("mailing", "show", mailing)
    assert shown.exit_code == 1
    assert "does NOT close" in shown.stdout


def test_an_outcome_that_is_not_as_it_was_is_named_and_is_exit_code_1(
    run: Run, read: Any, session: Session, mailing: str
) -> None:
    cancel(session.query(Mailing).one().id, now=NOW)
    assert check_ledgers(now=NOW, since=NOW - timedelta(days=1)) == []
    session.commit()
    assert read("mailing", "show", mailing)["ledger"]["same_outcomes"]
    one = deliveries()[0]
    one.status, one.sent_at = DeliveryStatus.FAILED, None
    session.commit()
    shown = run("mailing", "show", mailing)
    assert shown.exit_code == 1
    assert "recipients 3 = sent 0 + failed 2 + skipped 1 + open 0" in shown.stdout
    assert "what has ended is not as it was when the ledger closed" in shown.stdout
    assert "The ledger does NOT close." in shown.stdout


@pytest.mark.parametrize("words", [("mailing", "show"), ("ledger", "export"),
                                   ("attempts", "export")])
def test_a_mailing_that_is_not_there_is_one_line_and_exit_code_1(
    run: Run, words: tuple[str, ...]
) -> None:
    shown = run(*words, "edition:99-9")
    assert shown.exit_code == 1
    assert shown.stderr == "Not found: mailing edition:99-9\n"


def test_the_ledger_has_a_row_for_every_delivery(run: Run, read: Any, mailing: str) -> None:
    rows = rows_of(run("ledger", "export", mailing).stdout)
    assert [row["state"] for row in rows] == ["sent", "failed", "pending"]
    assert rows[0]["message_id"] == "<1@ingovernment.example>"
    assert rows[0]["sent_at"] == NOW.isoformat(timespec="milliseconds")
    assert rows[1]["reply_code"] == "550 5.1.1"
    assert all(row["address"].endswith("@gemeente.example") for row in rows)
    assert {row["mailing"] for row in rows} == {mailing}
    assert [row["address"] for row in read("ledger", "export", mailing)] == [
        row["address"] for row in rows
    ]


def test_without_a_mailing_the_ledger_holds_single_mails_too(
    run: Run, session: Session, mailing: str
) -> None:
    first = deliveries()[0]
    first.mailing_id = first.variant_id = None
    assert len(rows_of(run("ledger", "export").stdout)) == 3
    assert len(rows_of(run("ledger", "export", mailing).stdout)) == 2


def test_attempts_hold_no_address_and_start_no_formula(
    run: Run, read: Any, mailing: str
) -> None:
    text = run("attempts", "export", mailing).stdout
    (row,) = rows_of(text)
    assert row["outcome"] == "accepted"
    assert row["reply_text"] == "'=taken"
    assert "gemeente.example" not in text
    assert read("attempts", "export")[0]["reply_text"] == "=taken"


def test_an_export_to_a_full_disk_is_one_line_and_exit_code_1(
    run: Run, mailing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(output, "write_csv", full)
    shown = run("ledger", "export", mailing)
    assert shown.exit_code == 1
    assert "No space left" in shown.stderr
    assert "Traceback" not in shown.stderr
