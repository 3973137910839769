"""The year plan at the desk."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.models import EditionItem
from newsletter.editions.queries import get_edition, year_plan
from newsletter.web.typed import as_moment, read_day, read_time, show_day, show_time
from tests.material import NOW, article, compiled, person
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

DATES = {
    "copy_deadline_at_day": "12-1-2027", "copy_deadline_at_time": "17.00",
    "approval_deadline_at_day": "22-1-2027", "approval_deadline_at_time": "17.00",
    "send_at_day": "27-1-2027", "send_at_time": "10.00",
}
PATH = "/redactie/edities/21-1/data"


def revision() -> str:
    return str(get_edition("21-1").revision)


def test_a_planned_year_shows_its_eight_editions(contributor: Worker) -> None:
    shown = contributor.get("/redactie/jaarplan/2027").get_data(as_text=True)
    assert all(f"21·{number}" in shown for number in range(1, 9))
    assert "De acht edities" in shown


def test_an_unplanned_year_gets_its_proposal_once(editor: Worker) -> None:
    assert "nog geen plan" in editor.get("/redactie/jaarplan/2041").get_data(as_text=True)
    for _ in range(2):
        assert editor.post("/redactie/jaarplan/2041/voorstel").status_code == 303
    assert len(year_plan(2041)) == 8


def test_dates_that_were_typed_are_kept_and_recorded(editor: Worker) -> None:
    assert editor.post(PATH, revision=revision(), **DATES).status_code == 303
    assert get_edition("21-1").send_at == datetime(2027, 1, 27, 9, tzinfo=UTC)
    assert [entry.act for entry, _ in entries_of("edition:21-1")] == ["move_dates"]


def test_a_holiday_is_minded_and_not_refused(editor: Worker) -> None:
    changed = {**DATES, "send_at_day": "27 april 2027"}
    editor.post(PATH, revision=revision(), **changed)
    shown = editor.get("/redactie/jaarplan/2027").get_data(as_text=True)
    assert "Koningsdag" in shown


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"send_at_day": "1-1-2020"}, "send_at_day"),
        ({"send_at_day": "30-2-2027"}, "send_at_day"),
        ({"send_at_time": ""}, "send_at_time"),
        ({"approval_deadline_at_day": "28-1-2027"}, "approval_deadline_at_day"),
        ({"copy_deadline_at_day": "23-1-2027"}, "copy_deadline_at_day"),
        ({"copy_deadline_at_day": "x" * 10_000}, "copy_deadline_at_day"),
    ],
)
def test_dates_that_cannot_be_are_refused_at_their_field_and_the_rest_is_kept(
    editor: Worker, change: dict[str, str], field: str
) -> None:
    before = get_edition("21-1").send_at
    answer = editor.post(PATH, revision=revision(), **{**DATES, **change})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert "17.00" in answer.get_data(as_text=True)
    assert get_edition("21-1").send_at == before


def test_the_later_of_two_tabs_is_told(editor: Worker) -> None:
    old = revision()
    editor.post(PATH, revision=old, **DATES)
    answer = editor.post(PATH, revision=old, **{**DATES, "send_at_day": "28-1-2027"})
    assert answer.status_code == 400
    assert "Iemand anders heeft intussen iets bewaard" in answer.get_data(as_text=True)


@pytest.mark.parametrize("year", ["1", "2006", "2101", "99999999999"])
def test_a_year_out_of_range_is_a_friendly_page(editor: Worker, year: str) -> None:
    assert editor.get(f"/redactie/jaarplan/{year}").status_code == 404


@pytest.mark.parametrize("typed", ["24-3-2026", "24/03/2026", "24 maart 2026", "di 24 mrt. 2026"])
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert f"{read_day(typed, field='day'):%Y-%m-%d}" == "2026-03-24"


@pytest.mark.parametrize("typed", ["10.00", "10:00", "10", "10 uur", "10.00 uur"])
def test_a_time_is_read_as_people_write_it(typed: str) -> None:
    assert f"{read_time(typed, field='at'):%H:%M}" == "10:00"


def test_every_hour_of_a_year_is_read_back_as_it_is_shown() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    twice = datetime(2026, 10, 25, 1, tzinfo=UTC)  # the second of two half past twos
    while moment.year == 2026:
        back = as_moment(
            read_day(show_day(moment), field="day"), read_time(show_time(moment), field="at"),
            field="at",
        )
        assert back == moment or moment == twice
        moment += timedelta(hours=1)


def test_the_plan_says_how_an_approval_stands(editor: Worker, session: Session) -> None:
    made = get_edition("21-4")
    made.title = made.subject = "Dichtbij"
    made.items = [EditionItem(article=article("data"), position=1)]
    session.commit()

    def state() -> str:
        shown = page(editor.get("/redactie/jaarplan/2027"))
        row = shown.css("section[aria-labelledby=table] tbody tr")[3]
        return row.css_first(".state").text()

    assert state() == "Nog niet ingepland"
    asked = ask_approval(made, compiled(made), asked_by=person().id, now=NOW)
    session.commit()
    assert state() == "Wacht op akkoord"
    approve(made, asked.id, by=person(), now=NOW)
    session.commit()
    assert state() == "Akkoord, nog niet ingepland"
