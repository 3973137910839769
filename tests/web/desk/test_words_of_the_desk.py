"""Small things that the desk says: whom a mail is from, how many got the last one, and when."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import settings
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.subscribers.models import Cadence
from tests.material import NOW, article, asked, planned, slot
from tests.web.desk.conftest import Worker
from tests.web.visitor import page

PATH = "/redactie/edities/90-8"


def test_the_head_of_a_shown_mail_says_whom_it_is_from(editor: Worker, session: Session) -> None:
    asked(planned([article("data")], send_at=NOW + timedelta(days=7)))
    for path in (PATH, f"{PATH}/goedkeuring"):
        head = page(editor.get(path)).css_first(".frame-head")
        assert settings().mail_from in head.text()
        assert "hidden" not in head.attributes
    assert "hidden" in page(editor.get(f"{PATH}?beeld=web")).css_first(".frame-head").attributes


def test_only_the_first_slot_of_a_rhythm_says_how_many_got_the_last_that_left(
    editor: Worker, session: Session
) -> None:
    session.execute(delete(DigestSlot))
    before = slot(at=NOW - timedelta(days=1))
    before.status, before.readers_due = SlotStatus.CARRIED_OUT, 20
    for days in (6, 13):
        slot(at=NOW + timedelta(days=days))
    slot(cadence=Cadence.MONTHLY, at=NOW + timedelta(days=7))
    session.commit()
    shown = page(editor.get("/redactie/")).css("section[aria-labelledby=slots] dd")
    assert ["ging naar 20 lezers" in one.text() for one in shown] == [True, False, False]


@pytest.mark.parametrize(("language", "day"), [("nl", "Dinsdag"), ("en", "Tuesday")])
def test_a_moment_begins_with_a_capital_and_keeps_those_of_its_month(
    editor: Worker, now: None, language: str, day: str
) -> None:
    over = page(editor.get(f"/redactie/?taal={language}")).css_first(".over").text()
    weekday, _number, month = over.split()[:3]
    assert weekday == day
    assert month == ("november" if language == "nl" else "November")


def summary(answer: TestResponse) -> list[str]:
    return [one.text() for one in page(answer).css(".notice.wrong li")]


def test_a_summary_names_the_field_when_the_fault_does_not(
    publisher: Worker, session: Session
) -> None:
    planned([article("data")], send_at=NOW + timedelta(days=7))
    answer = publisher.post(f"{PATH}/verzendmoment", day="", at="10.00")
    assert summary(answer) == ["Dag: Vul dit in."]
    assert page(answer).css_first("#day-fault").text() == "Fout: Vul dit in."
    answer = publisher.post("/redactie/verzoeken", kind="access", received_on="")
    assert summary(answer) == ["Vul in op welke dag het verzoek binnenkwam."]
