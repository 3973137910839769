"""The planner at the desk: editions move, are put back, and say what they collide with."""

from datetime import date

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import event

from newsletter import clock
from newsletter.accounts.audit_queries import entries_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.move_dates import Dates, dates_of
from newsletter.editions.queries import get_edition
from newsletter.editions.shift_dates import shifted
from newsletter.extensions import db
from tests.web.desk.conftest import Worker
from tests.web.visitor import form_of, page

PLAN = "/redactie/jaarplan/2027"
SHIFT, BACK = "/redactie/edities/21-3/verplaats", "/redactie/edities/21-3/zet-terug"


def edition() -> Edition:
    return get_edition("21-3")


def dates() -> Dates:
    return dates_of(edition())


def send_on() -> date:
    return clock.local(edition().send_at).date()


def shift(who: Worker, day: str, *, revision: int | None = None) -> str:
    """Drop the edition on a day; the page that comes of it."""
    answer = who.post(SHIFT, day=day, revision=str(edition().revision if revision is None
                                                   else revision))
    assert answer.status_code == 303
    assert answer.location == f"{PLAN}#move-21-3"
    return who.get(PLAN).get_data(as_text=True)


def test_an_edition_that_is_dropped_on_a_day_goes_there_with_its_deadlines(editor: Worker) -> None:
    before = dates()
    shown = shift(editor, "2027-03-31")
    assert "Editie 21·3 staat nu op woensdag 31 maart 2027." in shown
    assert dates() == shifted(before, date(2027, 3, 31))
    assert dates().copy_deadline_at != before.copy_deadline_at
    (entry,) = [entry for entry, _ in entries_of("edition:21-3")]
    assert entry.act == "move_dates"
    assert entry.details["after"] == dates().send_at.isoformat()


def test_the_server_says_before_and_after_what_to_mind(editor: Worker) -> None:
    before = dates()
    asked = editor.get(f"{SHIFT}?dag=2027-04-27")
    assert asked.mimetype == "text/plain"
    assert asked.get_data(as_text=True).startswith("Dinsdag 27 april 2027 om 10.00 uur. Let op:")
    assert "Koningsdag" in asked.get_data(as_text=True)
    assert dates() == before
    assert "Koningsdag" in shift(editor, "2027-04-27")


def test_a_move_can_be_put_back_from_the_plan(editor: Worker) -> None:
    before = dates()
    shift(editor, "2027-03-31")
    form = form_of(editor.get(PLAN), action=BACK)
    answer = editor.client.post(BACK, data=form.fields)
    assert answer.status_code == 303
    assert "Teruggezet: editie 21·3" in editor.get(PLAN).get_data(as_text=True)
    assert dates() == before
    assert not page(editor.get(PLAN)).css(f'form[action="{BACK}"]')
    assert [entry.act for entry, _ in entries_of("edition:21-3")] == [
        "move_dates", "put_back_dates"]
    editor.client.post(BACK, data={**form.fields, "revision": [str(edition().revision)]})
    assert "geen verplaatsing" in editor.get(PLAN).get_data(as_text=True)
    assert dates() == before


def test_who_moves_what_somebody_else_moved_meanwhile_is_told(editor: Worker) -> None:
    shift(editor, "2027-03-31", revision=0)
    moved = dates()
    shown = shift(editor, "2027-04-01", revision=0)
    assert "Niet verplaatst. Iemand anders heeft intussen iets bewaard." in shown
    assert dates() == moved
    editor.post(BACK, revision="0")
    assert "Niet teruggezet." in editor.get(PLAN).get_data(as_text=True)
    assert dates() == moved


@pytest.mark.parametrize("day", ["", "2027-02-30", "9999-01-01", "1999-12-31", "x" * 5000,
                                 "2027-03-31T10:00", "morgen"])
def test_a_day_that_is_none_moves_nothing(editor: Worker, day: str) -> None:
    before = dates()
    assert "Deze dag staat niet op de kalender." in shift(editor, day)
    assert editor.get(f"{SHIFT}?dag={day}").status_code == 404
    assert dates() == before


def test_a_day_that_is_past_or_an_edition_that_left_moves_nothing(editor: Worker) -> None:
    before = dates()
    assert "Kies een moment dat nog moet komen." in shift(editor, "2026-01-13")
    assert dates() == before
    left = edition()
    left.status, left.published_at = EditionStatus.PUBLISHED, clock.now()
    assert "De editie is al vertrokken." in shift(editor, "2027-03-31")
    assert editor.get(f"{SHIFT}?dag=2027-03-31").status_code == 404
    assert dates() == before


def test_a_contributor_sees_the_plan_and_moves_nothing(contributor: Worker) -> None:
    shown = page(contributor.get(PLAN))
    assert shown.css("svg.planner circle.send")
    assert not shown.css(".movable, #move, form[action*=zet-terug], form[action*=perioden]")
    assert contributor.get(f"{SHIFT}?dag=2027-03-31").status_code == 403
    assert contributor.post(SHIFT, day="2027-03-31", revision="0").status_code == 403
    assert contributor.post(BACK, revision="0").status_code == 403


def test_two_editions_in_one_week_stand_on_the_plan_and_on_today(editor: Worker) -> None:
    neighbour = clock.local(get_edition("21-4").send_at).date()
    shift(editor, neighbour.isoformat())
    for path in (PLAN, "/redactie/"):
        shown = editor.get(path).get_data(as_text=True)
        assert "in dezelfde week als 21·4" in shown, path
    assert "Kijk naar de data van editie 21·3" in shown


def test_an_edition_on_the_day_of_a_monthly_digest_is_minded(editor: Worker) -> None:
    assert "Dan vertrekt ook de maandmail" in shift(editor, "2027-04-01")
    assert "Dan vertrekt ook de maandmail" in editor.get("/redactie/").get_data(as_text=True)


def test_the_proposal_of_a_year_stays_off_the_days_of_monthly_digests(editor: Worker) -> None:
    for year in (2040, 2043):
        editor.post(f"/redactie/jaarplan/{year}/voorstel")
        shown = editor.get(f"/redactie/jaarplan/{year}").get_data(as_text=True)
        assert "21" in shown
        assert "Let op bij" not in shown


def test_a_plan_that_misses_editions_is_filled_up(editor: Worker) -> None:
    assert "Vul het plan aan" not in editor.get(PLAN).get_data(as_text=True)
    before = dates()
    db.session.delete(get_edition("21-5"))
    db.session.commit()
    assert "Vul het plan aan" in editor.get(PLAN).get_data(as_text=True)
    editor.post(f"{PLAN}/voorstel")
    assert get_edition("21-5").status is EditionStatus.PLANNED
    assert dates() == before


def test_the_drawing_and_the_table_hold_the_same(editor: Worker) -> None:
    shown = page(editor.get(PLAN))
    assert len(shown.css("svg.planner circle.send")) == 8
    assert len(shown.css("section[aria-labelledby=table] tbody tr")) == 8
    holidays = len(shown.css("svg.planner rect.holiday"))
    assert len(shown.css("section[aria-labelledby=free] tbody tr")) == holidays > 8


def test_the_plan_asks_as_much_of_the_database_however_much_stands_in_it(editor: Worker) -> None:
    def asked() -> int:
        db.session.commit()
        seen: list[str] = []
        note = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        shown = editor.get(PLAN).get_data(as_text=True)
        event.remove(db.engine, "before_cursor_execute", note)
        assert LexborHTMLParser(shown).css("svg.planner")
        return len(seen)

    def enter(name: str) -> None:
        editor.post(f"{PLAN}/perioden", name=name, first_on="1-2-2027", last_on="5-2-2027")

    enter("eerste")
    first = asked()
    for name in ("tweede", "derde"):
        enter(name)
    assert asked() == first
