"""The digests' moments at the desk."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.articles.models import Article
from newsletter.catalogue.queries import magazine
from newsletter.core import settings
from newsletter.digests.models import DigestSlot
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.rhythm import moment_of, rhythm_of
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.models import Cadence
from tests import material
from tests.material import NOW
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, links, page

PATH = "/redactie/digests"
# NOW is 8.00 in Amsterdam.
TYPED = {"cadence": "weekly", "day": "10-11-2026", "at": "8.05"}
FIVE_PAST = NOW + timedelta(minutes=5)


def _slots(session: Session) -> list[DigestSlot]:
    return list(session.scalars(select(DigestSlot).where(DigestSlot.slot_at == FIVE_PAST)))


def test_one_more_slot_is_added_shown_and_recorded(editor: Worker, session: Session) -> None:
    assert editor.post(PATH, **TYPED).status_code == 303
    assert [slot.cadence for slot in _slots(session)] == [Cadence.WEEKLY]
    assert "10 november 2026 om 08.05 uur" in editor.get(PATH).get_data(as_text=True)
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "add_slot"))
    assert (entry.subject, entry.account_id) == ("digest:weekly", editor.account.id)
    assert entry.details == {"slot_at": FIVE_PAST.isoformat()}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cadence": ""}, "cadence"),
        ({"cadence": "none"}, "cadence"),
        ({"at": "7.59"}, "day"),
        ({"day": ""}, "day"),
        ({"day": "31-11-2026"}, "day"),
        ({"day": "1-1-0001", "at": "0.00"}, "day"),
        ({"day": "31-12-9999", "at": "23.59"}, "day"),
        ({"at": "x" * 10_000}, "at"),
        ({"at": "8\x00"}, "at"),
    ],
)
def test_a_slot_that_cannot_be_is_refused_at_its_field_and_the_rest_is_kept(
    editor: Worker, session: Session, change: dict[str, str], field: str
) -> None:
    answer = editor.post(PATH, **{**TYPED, **change})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    for name in {"day", "at"} - set(change):
        assert page(answer).css_first(f"#{name}").attributes["value"] == TYPED[name]
    assert _slots(session) == []


def test_a_slot_that_is_there_already_is_told(editor: Worker, session: Session) -> None:
    editor.post(PATH, **TYPED)
    answer = editor.post(PATH, **TYPED)
    assert answer.status_code == 409
    assert "vertrekt er al" in faults(answer)["day"]
    assert len(_slots(session)) == 1


def test_looking_changes_nothing(editor: Worker, session: Session) -> None:
    before = session.scalars(select(DigestSlot.id).order_by(DigestSlot.id)).all()
    assert editor.get(PATH).status_code == 200
    assert session.scalars(select(DigestSlot.id).order_by(DigestSlot.id)).all() == before


def test_a_past_slot_tells_what_became_of_it(editor: Worker, session: Session) -> None:
    session.execute(update(Article).values(released_at=None))
    material.reader("data")
    material.reader("leiderschap")
    material.article("data")
    slot = material.slot()
    session.commit()
    carry_out_slot(slot.id, settings=settings(), now=NOW)
    shown = editor.get(PATH)
    row = page(shown).css("section[aria-labelledby=past] tbody tr")[0]
    assert [cell.text() for cell in row.css("td.number")] == ["1", "1"]
    assert "Verstuurd" in row.text()
    assert any("/redactie/verzendingen/digest" in link for link in links(shown))


def test_english_is_available(editor: Worker) -> None:
    assert "Digests</h1>" in editor.get(f"{PATH}?taal=en").get_data(as_text=True)


@pytest.fixture
def quiet_house(session: Session) -> None:
    """No digest leaves between eight in the evening and nine in the morning; NOW is in it."""
    magazine().quiet_from, magazine().quiet_until = time(20), time(9)
    session.commit()


@pytest.mark.usefixtures("quiet_house")
def test_a_moment_in_the_quiet_hours_is_refused_at_the_field_that_says_when_they_are(
    editor: Worker, session: Session
) -> None:
    answer = editor.post(PATH, **TYPED)
    assert answer.status_code == 400
    assert faults(answer)["day"].endswith("stille uren. Kies een moment daarbuiten.")
    extra = page(answer).css_first("section[aria-labelledby=extra]")
    assert "Tussen 20.00 en 09.00 uur" in extra.text()
    assert _slots(session) == []
    assert editor.post(PATH, **TYPED | {"at": "9.00"}).status_code == 303


@pytest.mark.usefixtures("quiet_house")
def test_a_missed_slot_that_waits_for_the_end_of_the_quiet_hours_is_shown(
    editor: Worker, session: Session
) -> None:
    session.execute(delete(DigestSlot))
    material.slot(at=NOW - timedelta(minutes=20))
    session.commit()
    rows = page(editor.get(PATH)).css("section[aria-labelledby=coming] tbody tr")
    assert ["Wacht op het einde" in row.text() for row in rows] == [True]


def test_without_quiet_hours_nothing_is_said_of_them(editor: Worker) -> None:
    assert "vertrekt geen themamail" not in editor.get(PATH).get_data(as_text=True)


def test_a_slot_that_a_public_holiday_moved_says_from_which_day(
    editor: Worker, session: Session
) -> None:
    session.execute(delete(DigestSlot))
    plan_slots(rhythm_of(magazine()), now=moment_of(date(2027, 4, 20), time(12)))
    session.commit()
    rows = page(editor.get(PATH)).css("section[aria-labelledby=coming] tbody tr")
    (moved,) = [row.text() for row in rows if "Verplaatst" in row.text()]
    assert "woensdag 28 april 2027" in moved
    assert "di 27 april 2027, dat is Koningsdag" in moved
