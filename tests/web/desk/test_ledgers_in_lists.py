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


def follows(worker: Worker) -> str:
    """What the script of the page asks again and again."""
    return page(worker.get(PATH)).css_first("[data-follow]").attributes["data-follow"] or ""


def test_what_moves_is_counted_at_each_look_and_hashed_when_the_page_is_opened(
    publisher: Worker, mailing: Mailing, session: Session
) -> None:
    statements = ask(publisher, session, follows(publisher))
    assert [each for each in statements if "sha256" in each] == []
    assert len([each for each in statements if "unclear_count" in each]) == 1
    assert "De boekhouding klopt" in publisher.get(follows(publisher)).get_data(as_text=True)
    assert [each for each in ask(publisher, session, PATH) if "sha256" in each]


def test_a_page_that_does_not_close_says_so_at_every_look(
    publisher: Worker, mailing: Mailing, session: Session
) -> None:
    opened = follows(publisher)
    session.execute(text("update deliveries set subscriber_id = 999999"
                         " where id = (select max(id) from deliveries)"))
    # Whoever opens it now is told, and is not told otherwise before the job has come by.
    words = "De boekhouding klopt niet"
    assert words in publisher.get(PATH).get_data(as_text=True)
    assert words in publisher.get(follows(publisher)).get_data(as_text=True)
    assert check() == [mailing.key]
    for path in (opened, follows(publisher)):
        assert words in publisher.get(path).get_data(as_text=True)
        assert [each for each in ask(publisher, session, path) if "sha256" in each]


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


NOT_ALL = "Niet elke ontvanger is verantwoord."
NOT_AS_IT_SHOULD = "Elke ontvanger is verantwoord, maar een uitkomst is niet zoals die hoort"


@pytest.mark.parametrize(("statement", "words"), [
    ("delete from deliveries where status = 'failed'", NOT_ALL),
    ("update deliveries set subscriber_id = 999999 where status = 'skipped'", NOT_ALL),
    ("update deliveries set status = 'sent', sent_at = now() where status = 'failed'",
     NOT_AS_IT_SHOULD),
])
def test_the_alarm_says_what_is_wrong_with_the_ledger(
    publisher: Worker, mailing: Mailing, session: Session, statement: str, words: str
) -> None:
    end_all()
    assert check() == []
    session.execute(text(statement))
    assert check() == [mailing.key]
    shown = publisher.get("/redactie/").get_data(as_text=True)
    assert [each for each in (NOT_ALL, NOT_AS_IT_SHOULD) if each in shown] == [words]


def test_a_finished_mailing_with_something_open_is_said_to_be_wrong(
    publisher: Worker, mailing: Mailing, session: Session
) -> None:
    end_all()
    words = "De verzending is klaar, en toch is er nog iets te gaan."
    assert words not in publisher.get(PATH).get_data(as_text=True)
    session.execute(text("update deliveries set status = 'pending', skip_reason = null"
                         " where status = 'skipped'"))
    assert words in publisher.get(PATH).get_data(as_text=True)
    assert check() == [mailing.key]
    assert states(publisher) == ["Klopt niet"]
    assert NOT_AS_IT_SHOULD in publisher.get("/redactie/").get_data(as_text=True)
