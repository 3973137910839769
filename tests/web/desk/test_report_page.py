"""The report of a mailing: its ledger, its course, and what came of it, in counts with a floor."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.deliveries.models import Delivery, DeliveryStatus
from newsletter.mailings.answer import Answer, answer
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.web.desk import report
from newsletter.web.desk.growth import csv_of
from tests.material import NOW, article, deliveries, edition, reader
from tests.web.desk.conftest import Worker
from tests.web.visitor import page

KEY = "edition:90-8"
PATH = f"/redactie/verzendingen/{KEY}/verslag"
PROOF = Proof("one_click_post", "/afmelden")
WEEK = timedelta(days=7)
READERS = 14


@pytest.fixture
def readers(session: Session, now: None) -> list[Subscription]:
    return [reader("data") for _ in range(READERS)]


@pytest.fixture
def mailing(session: Session, readers: list[Subscription]) -> Mailing:
    """Fourteen recipients, of whom two failed; it took ten minutes."""
    carry_out_edition(edition([article("data")]).id, settings=settings(), now=NOW)
    ended = NOW + timedelta(minutes=10)
    session.execute(update(Delivery).values(status=DeliveryStatus.SENT, sent_at=ended,
                                            ended_at=ended))
    failed = [each.id for each in deliveries()[:2]]
    session.execute(update(Delivery).where(Delivery.id.in_(failed)).values(
        status=DeliveryStatus.FAILED, sent_at=None, reply_code="5.1.1"))
    found = get_mailing(KEY)
    found.status, found.finished_at = MailingStatus.FINISHED, ended
    session.flush()
    return found


def lines(worker: Worker) -> dict[str, str]:
    answer = worker.get(f"{PATH}.csv")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="verslag-edition-90-8.csv"')
    rows = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    return {row[0]: row[1] for row in rows}


def test_the_ledger_stands_as_a_drawing_and_as_a_table_that_closes(
    editor: Worker, mailing: Mailing
) -> None:
    shown = page(editor.get(PATH))
    assert "12 verzonden, 2 mislukt, 0 overgeslagen, 0 te gaan, samen 14." in shown.text()
    table = shown.css_first("section[aria-labelledby=lines] table")
    cells = [[cell.text() for cell in row.css("th, td")] for row in table.css("tbody tr, tfoot tr")]
    assert cells == [["Verzonden", "12"], ["Mislukt", "2"],
                     ["mailbox bestaat niet (5.1.1)", "2"], ["Overgeslagen", "0"],
                     ["Te gaan", "0"], ["Ontvangers", "14"]]
    said = " ".join(fact.text() for fact in shown.css("dl.facts dd"))
    assert "10 min en 0 s" in said
    assert shown.css("[style]") == []


def test_the_file_has_the_ledger_and_the_course(editor: Worker, mailing: Mailing) -> None:
    found = lines(editor)
    assert found["Mislukt: mailbox bestaat niet (5.1.1)"] == "2"
    assert (found["Ontvangers"], found["Duur in seconden"], found["Mails per minuut"]) == (
        "14", "600", "1")
    assert found["Begonnen"].startswith("2026-11-10T07:00")


def test_who_left_is_told_when_the_week_is_over_and_with_the_floor(
    editor: Worker, mailing: Mailing, readers: list[Subscription]
) -> None:
    for each in readers[:5]:
        leave(each, Leaving.ALL, proof=PROOF, now=NOW + timedelta(days=1))
    for each in readers[5:9]:
        leave(each, Leaving.EDITIONS, proof=PROOF, now=NOW + timedelta(days=2))
    leave(readers[9], Leaving.ALL, proof=PROOF, now=NOW + WEEK)  # later, and not counted
    assert "als die week om is" in page(editor.get(PATH)).text()
    assert "Stopte met alle mail" not in lines(editor)
    with time_machine.travel(NOW + WEEK, tick=False):
        found = lines_then(editor)
    assert found == {"Stopte met alle mail": "5", "Stopte alleen met de edities": "1 tot 4",
                     "Stopte alleen met de themamail": "0"}


def lines_then(worker: Worker, begin: str = "Stopte") -> dict[str, str]:
    """Some of the lines; the session of a week ago is over, so the view itself is asked."""
    with worker.client.application.test_request_context(PATH):
        rows = csv.reader(io.StringIO(report.as_csv(KEY).get_data(as_text=True)))
        return {row[0]: row[1] for row in rows if row[0].startswith(begin)}


def test_answers_are_told_after_a_week_and_from_the_floor_on(
    editor: Worker, mailing: Mailing
) -> None:
    for said, times in ((Answer.USEFUL, 6), (Answer.NOT_USEFUL, 4)):
        for _ in range(times):
            assert answer(mailing, said, now=NOW)
    assert not [name for name in lines(editor) if name.startswith("Noemde")]
    shown = page(editor.get(PATH)).css_first("section[aria-labelledby=answers]")
    assert "als die week om is" in shown.text()
    assert not shown.css("td")
    with time_machine.travel(NOW + WEEK, tick=False):
        assert lines_then(editor, "Noemde") == {
            "Noemde de mail nuttig": "6", "Noemde de mail niet nuttig": "1 tot 4"}


def test_a_count_of_answers_goes_on_in_steps_of_the_floor_and_by_whole_days(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    mailing.recipients = 99
    for days, times in ((0, 6), (8, 4), (9, 1), (10, 7)):
        for _ in range(times):
            answer(mailing, Answer.USEFUL, now=NOW + timedelta(days=days))
    told = []
    for days in (7, 9, 10, 11):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            told.append(lines_then(editor, "Noemde de mail nuttig")["Noemde de mail nuttig"])
    assert told == ["6", "6", "11", "18"]


@pytest.mark.parametrize(("times", "says"), [(READERS - 1, False), (READERS, True)])
def test_the_report_says_when_there_was_no_room_for_more_answers(
    editor: Worker, mailing: Mailing, times: int, says: bool
) -> None:
    for _ in range(times):
        answer(mailing, Answer.NOT_USEFUL, now=NOW - WEEK)
    assert mailing.sending_at is not None
    mailing.sending_at -= WEEK
    assert ("drukte een machine" in page(editor.get(PATH)).text()) is says


def test_a_mailing_that_still_leaves_has_a_report_too(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    mailing.status, mailing.finished_at = MailingStatus.SENDING, None
    session.flush()
    shown = page(editor.get(PATH)).text()
    assert "nog niet klaar" in shown
    assert "Staat hier als de verzending klaar is." in shown
    assert "Begonnen" not in lines(editor)


def test_an_unknown_mailing_has_no_report(editor: Worker) -> None:
    for path in ("/redactie/verzendingen/nee/verslag", "/redactie/verzendingen/nee/verslag.csv"):
        assert editor.get(path).status_code == 404


def test_no_cell_of_a_file_can_start_a_formula(editor: Worker) -> None:
    answer = csv_of("x", [["=1+1", "@a", "-2"], [-2, 3, "\t=1"]])
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows == [["'=1+1", "'@a", "'-2"], ["-2", "3", "'\t=1"]]
