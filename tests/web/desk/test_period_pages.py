"""Periods without editions at the desk: entered, changed, removed, and avoided."""

from datetime import date

import pytest
from sqlalchemy import select

from newsletter import clock
from newsletter.accounts.audit_queries import entries_of
from newsletter.editions.enter_period import PeriodDraft, enter_period
from newsletter.editions.models import ClosedPeriod
from newsletter.editions.queries import year_plan
from newsletter.extensions import db
from tests.material import NOW
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, form_of, page

PLAN = "/redactie/jaarplan/2041"
ADD = f"{PLAN}/perioden"
AUTUMN = {"name": "Herfstvakantie", "first_on": "19-10-2041", "last_on": "27 oktober 2041"}


def periods() -> list[ClosedPeriod]:
    return list(db.session.scalars(select(ClosedPeriod).order_by(ClosedPeriod.id)))


def entered(editor: Worker, **other: str) -> str:
    """The address of a period that was just entered."""
    answer = editor.post(ADD, **{**AUTUMN, **other})
    assert answer.status_code == 303, faults(answer)
    assert answer.location == f"{PLAN}#free"
    return f"/redactie/jaarplan/perioden/{periods()[-1].id}"


def test_a_period_stands_in_the_drawing_and_in_the_list_with_who_entered_it(editor: Worker) -> None:
    editor.post(f"{PLAN}/voorstel")
    entered(editor)
    shown = page(editor.get(PLAN))
    (band,) = shown.css("svg.planner rect.closed")
    assert float(str(band.attributes["width"])) == pytest.approx(9 * 1080 / 365, abs=0.2)
    row = next(row.text() for row in shown.css("section[aria-labelledby=free] tbody tr")
               if "Herfstvakantie" in row.text())
    assert "za 19 oktober 2041 t/m zo 27 oktober 2041" in " ".join(row.split())
    assert "ingevoerd door Iemand editor" in row
    assert [entry.details for entry, _ in entries_of(f"period:{periods()[0].id}")] == [
        {"name": "Herfstvakantie", "first_on": "2041-10-19", "last_on": "2041-10-27"}]


def test_a_proposal_avoids_the_period_and_a_move_into_it_is_minded(editor: Worker) -> None:
    first, last = date(2041, 9, 20), date(2041, 11, 25)
    entered(editor, first_on="20-9-2041", last_on="25-11-2041")
    editor.post(f"{PLAN}/voorstel")
    planned = year_plan(2041)
    assert len(planned) == 8
    assert not [one for one in planned if first <= clock.local(one.send_at).date() <= last]
    asked = editor.get(f"/redactie/edities/{planned[5].key}/verplaats?dag=2041-10-22")
    assert "in de vrije periode ‘Herfstvakantie’" in asked.get_data(as_text=True)


def test_a_year_without_room_says_so_and_plans_nothing(editor: Worker) -> None:
    for first, last in (("1-1", "31-3"), ("1-4", "30-6"), ("1-9", "30-11")):
        entered(editor, first_on=f"{first}-2041", last_on=f"{last}-2041")
    editor.post(f"{PLAN}/voorstel")
    assert "niet genoeg goede weken" in editor.get(PLAN).get_data(as_text=True)
    assert not year_plan(2041)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "period_name"),
        ({"name": "x" * 81}, "period_name"),
        ({"name": "a\nb"}, "period_name"),
        ({"first_on": "31-9-2041"}, "first_on"),
        ({"first_on": ""}, "first_on"),
        ({"last_on": "x" * 10_000}, "last_on"),
        ({"last_on": "18-10-2041"}, "last_on"),
        ({"last_on": "1-3-2042"}, "last_on"),
    ],
)
def test_what_cannot_be_a_period_is_refused_at_its_field_and_kept_to_mend(
    editor: Worker, change: dict[str, str], field: str
) -> None:
    answer = editor.post(ADD, **{**AUTUMN, **change})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    typed = form_of(answer, action=ADD).fields
    for name, words in {**AUTUMN, **change}.items():
        assert typed[name] == [words], name
    assert not periods()
    path = entered(editor)
    form = form_of(editor.get(path), action=path)
    answer = editor.client.post(path, data=form.filled(**{**AUTUMN, **change}))
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert periods()[0].name == "Herfstvakantie"


def test_a_period_is_changed_and_the_later_of_two_tabs_is_told(editor: Worker) -> None:
    path = entered(editor)
    form = form_of(editor.get(path), action=path)
    assert form.fields["first_on"] == ["19-10-2041"]
    assert editor.client.post(path, data=form.filled(name="Vakantie")).status_code == 303
    assert periods()[0].name == "Vakantie"
    answer = editor.client.post(path, data=form.filled(name="Congres"))
    assert answer.status_code == 400
    assert "Iemand anders heeft intussen iets bewaard" in answer.get_data(as_text=True)
    assert periods()[0].name == "Vakantie"


def test_a_period_is_removed_once_and_for_all(editor: Worker) -> None:
    path = entered(editor)
    kept = periods()[0].id
    assert editor.post(f"{path}/weg").status_code == 303
    assert not periods()
    assert editor.post(f"{path}/weg").status_code == 404
    assert editor.get(path).status_code == 404
    assert [entry.act for entry, _ in entries_of(f"period:{kept}")] == [
        "enter_period", "remove_period"]


@pytest.mark.parametrize("number", ["0", "999999999", "99999999999999999999"])
def test_a_period_that_is_not_there_is_a_friendly_page(editor: Worker, number: str) -> None:
    assert editor.get(f"/redactie/jaarplan/perioden/{number}").status_code == 404


def test_a_period_that_begins_before_the_magazine_leads_to_a_plan_all_the_same(
    editor: Worker,
) -> None:
    answer = editor.post(ADD, **{**AUTUMN, "first_on": "1-2-2003", "last_on": "2-2-2003"})
    assert editor.client.get(answer.location, follow_redirects=True).status_code == 200
    path = f"/redactie/jaarplan/perioden/{periods()[0].id}"
    assert editor.get(path).status_code == 200


def test_a_contributor_sees_periods_and_changes_none(contributor: Worker) -> None:
    period = enter_period(PeriodDraft("Herfst", date(2041, 10, 19), date(2041, 10, 27)),
                          account_id=contributor.account.id, now=NOW)
    path = f"/redactie/jaarplan/perioden/{period.id}"
    assert "Herfst" in contributor.get(PLAN).get_data(as_text=True)
    for answer in (contributor.get(path), contributor.post(path, **AUTUMN),
                   contributor.post(f"{path}/weg"), contributor.post(ADD, **AUTUMN)):
        assert answer.status_code == 403
    assert [period.name for period in periods()] == ["Herfst"]
