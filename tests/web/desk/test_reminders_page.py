"""Reminders at the desk: the days of the house, one's own choice, and what the year plan shows."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.catalogue.queries import magazine
from newsletter.deliveries.models import Delivery
from newsletter.editions.content import missing_for_sending
from newsletter.editions.queries import year_plan
from newsletter.editions.reminder_days import step_at
from newsletter.emails.words import words_of
from newsletter.sending.remind import house_plan, remind_all
from newsletter.web.desk.checks import missing_of
from tests.material import article, edition
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

DAYS = "/redactie/jaarplan/herinneringen"
ACCOUNT = "/redactie/mijn-account"
PLAN = "/redactie/jaarplan/2041"


def days() -> tuple[list[int], list[int], list[int]]:
    house = magazine()
    return house.copy_reminders, house.approval_reminders, house.sending_reminders


def test_the_house_starts_with_a_week_and_a_day_and_a_publisher_changes_that(
    publisher: Worker
) -> None:
    assert days() == ([7, 1], [2], [1])
    shown = page(publisher.get(DAYS))
    assert [shown.css_first(f"input[name={name}]").attributes["value"]
            for name in ("copy", "approval", "sending")] == ["7, 1", "2", "1"]
    answer = publisher.post(DAYS, copy="1, 14 en 3", approval="", sending=" 2 ")
    assert answer.status_code == 303, faults(answer)
    assert days() == ([14, 3, 1], [], [2])
    (entry,) = [entry for entry, _ in entries_of("magazine:1") if entry.act == "set_reminders"]
    assert entry.details == {"copy": [1, 14, 3], "approval": [], "sending": [2]}


@pytest.mark.parametrize(("typed", "words"), [
    ("een week", "Schrijf de dagen als 7, 1"),
    ("-7", "Schrijf de dagen als 7, 1"),
    ("0", "van 1 tot 60"),
    ("61", "van 1 tot 60"),
    ("99999", "Schrijf de dagen als 7, 1"),
    ("1, 2, 3, 4", "hoogstens drie"),
])
@pytest.mark.parametrize("field", ["copy", "approval", "sending"])
def test_what_are_no_days_is_told_at_its_field_and_changes_nothing(
    publisher: Worker, field: str, typed: str, words: str
) -> None:
    typing = {"copy": "5", "approval": "5", "sending": "5", field: typed}
    answer = publisher.post(DAYS, **typing)
    assert answer.status_code == 400
    shown = page(answer)
    assert words in shown.css_first(f"#{field}-fault").text()
    assert shown.css_first(f"input[name={field}]").attributes["value"] == typed
    assert days() == ([7, 1], [2], [1])


def test_an_editor_chooses_for_herself(editor: Worker, session: Session) -> None:
    for wants in (False, True):
        fields = {"wants": "ja"} if wants else {}
        assert editor.post(f"{ACCOUNT}/herinneringen", **fields).status_code == 303
        session.refresh(editor.account)
        assert editor.account.gets_reminders is wants
        box = page(editor.get(ACCOUNT)).css_first("input[name=wants]")
        assert ("checked" in box.attributes) is wants
    entries = [entry.details for entry, _ in entries_of(f"account:{editor.account.id}")
               if entry.act == "choose_reminders"]
    assert sorted(entries, key=str) == [{"wants": False}, {"wants": True}]


def test_who_gets_none_is_not_asked(contributor: Worker) -> None:
    assert page(contributor.get(ACCOUNT)).css_first("input[name=wants]") is None
    assert contributor.post(f"{ACCOUNT}/herinneringen").status_code == 403


def test_the_year_plan_shows_when_reminders_come_and_what_became_of_them(
    editor: Worker, session: Session
) -> None:
    editor.post(f"{PLAN}/voorstel")
    first, second = year_plan(2041)[:2]

    def cells(number: int) -> list[str]:
        row = page(editor.get(PLAN)).css("section[aria-labelledby=reminders] tbody tr")[number]
        return [" ".join(cell.text().split()) for cell in row.css("td")]

    plan = house_plan()
    at = step_at(second.copy_deadline_at, days=7, quiet=plan.quiet)
    before = cells(1)
    assert f"{at:%-d}" in before[0]
    assert len(before) == 3
    assert "gemaild" not in "".join(before)
    remind_all(now=at)
    mails = session.scalars(select(Delivery).where(Delivery.account_id == editor.account.id)).all()
    assert len(mails) == 1
    assert "gemaild aan één persoon" in cells(1)[0]
    assert first.key != second.key


def test_the_mail_says_what_misses_as_the_checks_of_the_desk_do(
    session: Session, editor: Worker
) -> None:
    empty, full = (edition([article("data")], number=number) for number in (1, 2))
    empty.title = empty.subject = ""
    empty.items.clear()
    for item in full.items:
        item.article.released_at = None
    session.flush()
    with editor.client.application.test_request_context():
        headings = [check.heading for one in (empty, full)
                    for check in missing_of(one)]
    codes = [code.partition(":")[0] for one in (empty, full) for code in missing_for_sending(one)]
    said = words_of("reminder", "nl").missing
    # Without a summary no article can be kept in the store: that one is not to be met here.
    assert {*codes, "summary"} == set(vars(said))
    assert [getattr(said, code) for code in codes] == headings
