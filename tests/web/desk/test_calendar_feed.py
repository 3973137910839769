"""The year plan as a calendar at a secret address of each account's own."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar, Event
from selectolax.lexbor import LexborHTMLParser

from newsletter.accounts.audit_queries import entries_of
from newsletter.core import signer
from newsletter.editions.models import EditionStatus
from newsletter.editions.move_dates import dates_of, move_dates
from newsletter.editions.queries import get_edition
from newsletter.editions.shift_dates import shifted
from newsletter.extensions import db
from newsletter.logs import clean
from newsletter.tokens import Purpose
from tests.material import NOW
from tests.web.desk.conftest import Worker

PAGE = "/redactie/agenda"


def address(who: Worker) -> str:
    """The path of the calendar, as the desk shows its address."""
    shown = LexborHTMLParser(who.get(PAGE).get_data(as_text=True))
    value = str(shown.css_first("#calendar-address").attributes["value"])
    assert value.startswith("http://localhost/agenda/")
    return value.removeprefix("http://localhost")


def events(client: FlaskClient, path: str) -> dict[str, Event]:
    """The events of the calendar by their UID."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.get_data())
    assert not calendar.errors
    found = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT"))
    assert all(not event.errors for event in found.values())
    return found


def uid(what: str) -> str:
    return f"edition-21-3-{what}@localhost"


def test_the_calendar_holds_send_moments_and_deadlines_without_a_session(
    editor: Worker, client: FlaskClient
) -> None:
    found = events(client, address(editor))
    edition = get_edition("21-3")
    for what, moment in (("send", edition.send_at), ("copy", edition.copy_deadline_at),
                         ("approval", edition.approval_deadline_at)):
        event = found[uid(what)]
        assert event.start == moment
        assert event.start.tzinfo is not None
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
        assert event["SEQUENCE"] == edition.revision
        assert event["STATUS"] == "TENTATIVE"
    assert found[uid("send")]["SUMMARY"] == "inGovernment 21·3: verzending"
    assert found[uid("copy")]["SUMMARY"] == "inGovernment 21·3: kopij binnen"
    assert not [each for each in found if each.startswith("edition-14-")]  # years ago


def test_a_moved_edition_keeps_its_uids_and_counts_on(editor: Worker, client: FlaskClient) -> None:
    path = address(editor)
    before = events(client, path)
    edition = get_edition("21-3")
    edition.changed_at -= timedelta(days=1)
    db.session.commit()
    earlier = events(client, path)[uid("send")]
    move_dates(edition, shifted(dates_of(edition), date(2027, 4, 21)),
               revision=edition.revision, now=NOW)
    db.session.commit()
    after = events(client, path)
    assert after.keys() == before.keys()
    moved = after[uid("send")]
    assert moved.start.date() == date(2027, 4, 21)
    assert moved["SEQUENCE"] == earlier["SEQUENCE"] + 1
    assert moved["LAST-MODIFIED"].dt > earlier["LAST-MODIFIED"].dt
    assert moved["LAST-MODIFIED"].dt.utcoffset() == timedelta(0)


def test_what_is_sure_to_leave_is_confirmed(editor: Worker, client: FlaskClient) -> None:
    get_edition("21-3").status = EditionStatus.SCHEDULED
    db.session.commit()
    assert events(client, address(editor))[uid("send")]["STATUS"] == "CONFIRMED"


def test_nothing_keeps_indexes_or_passes_on_the_calendar(
    editor: Worker, client: FlaskClient
) -> None:
    path = address(editor)
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
    token = path.removeprefix("/agenda/")
    assert token[:12] not in clean(f"GET {path} 200")
    assert "Disallow: /agenda/" in client.get("/robots.txt").get_data(as_text=True)


def test_a_new_address_ends_the_old_one_and_changes_no_others(
    editor: Worker, client: FlaskClient
) -> None:
    old = address(editor)
    assert address(editor) == old
    assert editor.post(PAGE).status_code == 303
    new = address(editor)
    assert new != old
    assert client.get(old).status_code == 404
    assert events(client, new)
    assert [entry.act for entry, _ in entries_of(f"account:{editor.account.id}")] == [
        "renew_calendar"]


def test_who_may_not_log_in_any_more_has_no_calendar(editor: Worker, client: FlaskClient) -> None:
    path = address(editor)
    editor.account.active = False
    db.session.commit()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("wrong", ["", "x", "x" * 47, "x" * 5000, "é", "%00"])
def test_a_wrong_secret_opens_nothing(client: FlaskClient, wrong: str) -> None:
    assert client.get(f"/agenda/{wrong}.ics").status_code == 404


def test_a_token_of_another_purpose_or_account_opens_nothing(
    editor: Worker, client: FlaskClient
) -> None:
    for purpose, row, nonce in (
        (Purpose.MANAGE, editor.account.id, 0), (Purpose.CALENDAR, editor.account.id, 1),
        (Purpose.CALENDAR, 2**62, 0),
    ):
        token = signer().make(purpose, row, nonce=nonce)
        assert client.get(f"/agenda/{token}.ics").status_code == 404


def test_everyone_at_the_desk_has_an_address(contributor: Worker, client: FlaskClient) -> None:
    assert events(client, address(contributor))

