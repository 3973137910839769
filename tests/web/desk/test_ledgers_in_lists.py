"""Lists of mailings at the desk: what is over is told as it was kept, and no ledger is read."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing
from tests.mailings.ended import check, copy_to, end_all, under_way
from tests.statements import asked
from tests.web.desk.conftest import Worker
from tests.web.visitor import page

SHELF = "/redactie/verzendingen"
PATH = f"{SHELF}/edition:90-8"


@pytest.fixture
def mailing(session: Session, now: None) -> Mailing:
    """A mailing to seven readers, under way."""
    return under_way()


def ask(worker: Worker, session: Session, path: str) -> list[str]:
    """What the database is asked for a page."""
    session.expire_all()
    with asked(session) as statements:
        assert worker.get(path).status_code == 200
    return statements


def of_deliveries(statements: list[str]) -> list[str]:
    return [each for each in statements if any(
        table in each for table in ("deliveries", "past_outcomes", "past_recipients", "attempts"))]


def states(worker: Worker) -> list[str]:
    """What the list says of each ledger, newest first."""
    return [cell.text(strip=True) for cell in page(worker.get(SHELF)).css(
        "td[data-l=Boekhouding]")]


def test_a_shelf_of_finished_mailings_reads_no_delivery(
    publisher: Worker, mailing: Mailing, session: Session
) -> None:
    end_all()
    assert check() == []
    few = ask(publisher, session, SHELF)
    copy_to(29)
    assert check(since_days=40) == []
    many = ask(publisher, session, SHELF)
    assert of_deliveries(few) == of_deliveries(many) == []
    assert len(many) == len(few)
    shown = page(publisher.get(SHELF)).css("tbody tr")
    assert len(shown) == 30
    figures = [[cell.text() for cell in row.css("td.number")] for row in shown]
    assert figures == [["7", "7", "0", "0", "0"]] * 29 + [["7", "4", "2", "1", "0"]]
    assert states(publisher) == ["Klopt"] * 30


@pytest.mark.parametrize("path", ["/redactie/", f"{PATH}/verslag", f"{PATH}/verslag.csv"])
def test_the_first_page_and_the_report_read_no_ledger_of_what_is_over(
    publisher: Worker, mailing: Mailing, session: Session, path: str
) -> None:
    end_all()
    assert [each for each in of_deliveries(ask(publisher, session, path))
            if "unclear_count" in each]
    assert check() == []
    asked_of = of_deliveries(ask(publisher, session, path))
    assert [each for each in asked_of if "unclear_count" in each or "sha256" in each] == []
    assert path == "/redactie/" or asked_of == []


def test_what_is_under_way_is_counted_in_a_list_and_not_hashed(
    publisher: Worker, mailing: Mailing, session: Session
) -> None:
    for path in (SHELF, "/redactie/"):
        statements = ask(publisher, session, path)
        assert [each for each in statements if "sha256" in each] == []
        assert len([each for each in statements if "unclear_count" in each]) == 1
    assert [each for each in ask(publisher, session, PATH) if "sha256" in each]


def test_the_list_says_that_a_reader_was_exchanged_when_the_alarm_rings(
    publisher: Worker, mailing: Mailing, session: Session
) -> None:
    session.execute(text("update deliveries set subscriber_id = 999999"
                         " where id = (select max(id) from deliveries)"))
    assert states(publisher) == ["Klopt"]  # until the job has come by
    assert check() == [mailing.key]
    assert states(publisher) == ["Klopt niet"]


def test_an_outcome_that_is_told_in_another_way_is_seen_everywhere(
    publisher: Worker, mailing: Mailing, session: Session
) -> None:
    end_all()
    assert check() == []
    session.execute(text("update deliveries set status = 'sent', sent_at = now()"
                         " where status = 'failed'"))
    words = "De uitkomsten zijn niet meer dezelfde als toen de boekhouding sloot."
    shown = publisher.get(PATH).get_data(as_text=True)
    assert words in shown  # the page reckons by itself
    assert "De boekhouding klopt niet" in shown
    assert check() == [mailing.key]
    assert states(publisher) == ["Klopt niet"]
    for path in ("/redactie/", f"{PATH}/verslag"):
        assert "Klopt niet" in publisher.get(path).get_data(as_text=True)
