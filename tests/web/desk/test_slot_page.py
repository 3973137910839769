"""One digest at the desk: prepare it, release it, and what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import MailKind
from newsletter.digests.models import DigestSlot, SlotStatus, Treatment
from newsletter.digests.queries import due_slots, treated_in
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.models import Cadence
from tests import material
from tests.material import NOW, article, reader, slot
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, form_of, heading, links, page

WEEK, HOUR, SECOND = timedelta(days=7), timedelta(hours=1), timedelta(seconds=1)
LINE = "Volgende week is er geen weekmail."
HOSTILE = '</textarea><script>alert("x")</script>'


@pytest.fixture(autouse=True)
def _own_slots_and_articles(session: Session, now: None) -> None:
    """The seeds' own out of the way."""
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))


@pytest.fixture
def coming() -> DigestSlot:
    """A weekly slot of an hour from now; the one before it is a week ago."""
    slot(at=NOW - WEEK).status = SlotStatus.NOTHING_NEW
    return slot(at=NOW + HOUR)


@pytest.fixture
def waiting(session: Session) -> DigestSlot:
    """A weekly slot that waits for its release, of this moment, with one reader."""
    reader("data")
    article("data")
    found = slot()
    found.is_held = True
    session.flush()
    tick()
    assert found.status is SlotStatus.HELD
    return found


def tick() -> None:
    """What the clock does of slots now."""
    for slot_id in due_slots(NOW):
        carry_out_slot(slot_id, settings=settings(), now=NOW)


def path_of(found: DigestSlot, act: str = "") -> str:
    return f"/redactie/digests/{found.id}{act}"


def fields(**typed: str) -> dict[str, str]:
    return {"revision": "0", "line": "", **typed}


def acts(session: Session, found: DigestSlot) -> list[AuditEntry]:
    return list(session.scalars(
        select(AuditEntry).where(AuditEntry.subject == found.key).order_by(AuditEntry.id)))


def chosen(shown: object, article_id: int) -> str | None:
    """The choice that stands for an article."""
    found = page(shown).css_first(f"input[name=article_{article_id}][checked]")  # type: ignore[arg-type]
    return found.attributes["value"] if found else None


def test_what_is_prepared_is_kept_shown_and_recorded(
    editor: Worker, session: Session, coming: DigestSlot
) -> None:
    out, pin, plain = article("data"), article("data"), article("leiderschap")
    answer = editor.post(path_of(coming), **fields(
        is_held="y", line=f" {LINE}\r\nTot dan. ", **{
            f"article_{out.id}": "left_out", f"article_{pin.id}": "pinned",
            f"article_{plain.id}": "normal"}))
    assert (answer.status_code, answer.location) == (303, path_of(coming))
    session.refresh(coming)
    assert (coming.is_held, coming.editorial_line) == (True, f"{LINE} Tot dan.")
    assert treated_in(coming) == {out.id: Treatment.LEFT_OUT, pin.id: Treatment.PINNED}
    shown = editor.get(path_of(coming))
    assert heading(shown).startswith("Weekmail, ")
    assert [chosen(shown, each.id) for each in (out, pin, plain)] == [
        "left_out", "pinned", "normal"]
    assert page(shown).css_first("#line").text().strip() == f"{LINE} Tot dan."
    assert "checked" in page(shown).css_first("#is_held").attributes
    (entry,) = acts(session, coming)
    assert (entry.act, entry.account_id) == ("prepare_slot", editor.account.id)
    assert entry.details == {"is_held": True, "has_line": True, "left_out": [out.id],
                             "pinned": [pin.id]}
    assert "Vastgehouden" in editor.get("/redactie/digests").get_data(as_text=True)


def test_it_is_saved_as_the_page_stands_and_can_all_be_taken_back(
    editor: Worker, session: Session, coming: DigestSlot
) -> None:
    one = article("data")
    editor.post(path_of(coming), **fields(is_held="y", line=LINE, **{
        f"article_{one.id}": "left_out"}))
    form = form_of(editor.get(path_of(coming)), action=path_of(coming))
    taken_back = {name: values[0] for name, values in form.fields.items() if name != "is_held"}
    editor.post(path_of(coming), **{**taken_back, f"article_{one.id}": "normal", "line": ""})
    session.refresh(coming)
    assert (coming.is_held, coming.editorial_line, treated_in(coming)) == (False, "", {})


def test_the_page_lists_what_falls_in_this_slot_and_not_in_the_one_before(
    editor: Worker, session: Session, coming: DigestSlot
) -> None:
    following = slot(at=NOW + WEEK)
    slot(cadence=Cadence.MONTHLY, at=NOW + 2 * HOUR)
    first, announced = article("data"), article("data", released_at=NOW + HOUR / 2)
    second = article("data", released_at=NOW + 2 * HOUR)
    draft = article("data", released_at=None)

    def listed(found: DigestSlot) -> set[int]:
        inputs = page(editor.get(path_of(found))).css("input[type=radio]")
        return {int(str(each.attributes["name"]).removeprefix("article_")) for each in inputs}

    session.commit()
    assert listed(coming) == {first.id, announced.id}
    assert listed(following) == {second.id}
    editor.post(path_of(coming), **fields(**{f"article_{first.id}": "left_out"}))
    assert listed(coming) == {first.id, announced.id}
    assert listed(following) == {second.id, first.id}
    assert draft.id not in listed(following)


@pytest.mark.parametrize(("change", "field"), [
    ({"line": "x" * 301}, "line"), ({"line": "x" * 100_000}, "line"),
    ({"line": "a\x00b"}, "line"), ({"article": "both"}, "article"),
    ({"article": "LEFT_OUT"}, "article"),
])
def test_what_cannot_be_is_refused_at_its_field_and_the_rest_is_kept(
    editor: Worker, session: Session, coming: DigestSlot, change: dict[str, str], field: str
) -> None:
    one, other = article("data"), article("data")
    typed = fields(is_held="y", line=LINE, **{f"article_{other.id}": "pinned"})
    name = {"article": f"article_{one.id}"}
    typed |= {name.get(key, key): value for key, value in change.items()}
    answer = editor.post(path_of(coming), **typed)
    assert answer.status_code == 400
    assert set(faults(answer)) == {name.get(field, field)}
    shown = page(answer)
    assert chosen(answer, other.id) == "pinned"
    assert "checked" in shown.css_first("#is_held").attributes
    assert shown.css_first("#line").text().strip("\n") == typed["line"].replace("\x00", "\ufffd")
    target = shown.css_first(".notice.wrong a").attributes["href"]
    assert shown.css_first(str(target)) is not None
    session.refresh(coming)
    assert (coming.is_held, coming.revision) == (False, 0)
    assert acts(session, coming) == []


def test_thirteen_pins_are_one_too_many(
    editor: Worker, session: Session, coming: DigestSlot
) -> None:
    pins = {f"article_{article('data').id}": "pinned" for _ in range(13)}
    answer = editor.post(path_of(coming), **fields(**pins))
    assert answer.status_code == 400
    assert list(faults(answer).values()) == ["Fout: Zet hoogstens twaalf artikelen vooraan."]


def test_who_saves_over_somebody_else_is_told_and_loses_nothing(
    editor: Worker, session: Session, coming: DigestSlot
) -> None:
    editor.post(path_of(coming), **fields(line="De eerste."))
    answer = editor.post(path_of(coming), **fields(line="De tweede."))
    assert answer.status_code == 400
    assert "Iemand anders" in page(answer).css_first(".notice.wrong").text()
    assert page(answer).css_first("#line").text().strip() == "De tweede."
    session.refresh(coming)
    assert coming.editorial_line == "De eerste."


def test_a_slot_that_left_meanwhile_is_told_and_what_was_typed_stays(
    editor: Worker, session: Session
) -> None:
    found = slot()
    tick()
    answer = editor.post(path_of(found), **fields(line=LINE))
    assert answer.status_code == 409
    assert page(answer).css_first("#line").text().strip() == LINE
    assert editor.get(path_of(found)).status_code == 200
    assert page(editor.get(path_of(found))).css("#line") == []


def test_words_are_shown_as_words(editor: Worker, session: Session, coming: DigestSlot) -> None:
    one = article("data")
    one.title, one.language = HOSTILE, "en"
    editor.post(path_of(coming), **fields(line=HOSTILE))
    shown = editor.get(path_of(coming))
    assert page(shown).css_first("#line").text().strip() == HOSTILE
    legend = page(shown).css_first(f"#article_{one.id}-legend span")
    assert (legend.text(), legend.attributes["lang"]) == (HOSTILE, "en")
    assert all("src" in script.attributes for script in page(shown).css("script"))


def test_the_desks_first_page_says_that_a_digest_waits(
    editor: Worker, waiting: DigestSlot
) -> None:
    for path in ("/redactie/", "/redactie/digests"):
        assert path_of(waiting) in links(editor.get(path))


def test_who_may_not_release_is_not_asked_to(
    contributor: Worker, waiting: DigestSlot
) -> None:
    shown = contributor.get("/redactie/")
    assert "wacht op vrijgave" not in shown.get_data(as_text=True)
    assert path_of(waiting) not in links(shown)


def test_released_it_leaves_once_however_often_the_button_is_pressed(
    editor: Worker, session: Session, waiting: DigestSlot
) -> None:
    assert "Geef vrij" in editor.get(path_of(waiting)).get_data(as_text=True)
    for _ in range(2):
        answer = editor.post(path_of(waiting, "/vrijgeven"))
        assert (answer.status_code, answer.location) == (303, path_of(waiting))
        tick()
    assert len(material.deliveries(MailKind.DIGEST)) == 1
    session.refresh(waiting)
    assert waiting.status is SlotStatus.CARRIED_OUT
    entry = next(each for each in acts(session, waiting) if each.act == "release_slot")
    assert entry.account_id == editor.account.id
    assert "De mail vertrekt nu." in editor.get(path_of(waiting)).get_data(as_text=True)
    assert f"/redactie/verzendingen/{waiting.key}" in links(editor.get(path_of(waiting)))


def test_what_waits_can_still_be_prepared_and_stays_held(
    editor: Worker, session: Session, waiting: DigestSlot
) -> None:
    assert editor.post(path_of(waiting), **fields(line=LINE)).status_code == 303
    session.refresh(waiting)
    assert (waiting.status, waiting.is_held, waiting.editorial_line) == (
        SlotStatus.HELD, True, LINE)


def test_released_too_late_an_editor_is_asked_and_may_send_it_after_all(
    editor: Worker, session: Session, waiting: DigestSlot
) -> None:
    late = NOW + timedelta(hours=settings().lateness_hours) + SECOND
    waiting.slot_at -= late - NOW
    session.flush()
    editor.post(path_of(waiting, "/vrijgeven"))
    tick()
    session.refresh(waiting)
    assert waiting.status is SlotStatus.LATE
    assert material.deliveries(MailKind.DIGEST) == []
    assert [each.kind for each in open_alarms()] == ["digest_late"]
    assert "/redactie/digests" in links(editor.get("/redactie/"))
    assert path_of(waiting) in links(editor.get("/redactie/digests"))
    assert "Verstuur alsnog" in editor.get(path_of(waiting)).get_data(as_text=True)
    for _ in range(2):
        assert editor.post(path_of(waiting, "/alsnog")).status_code == 303
        tick()
    assert len(material.deliveries(MailKind.DIGEST)) == 1
    assert open_alarms() == []
    assert {each.act for each in acts(session, waiting)} >= {"release_slot", "send_late"}


@pytest.mark.parametrize("act", ["/vrijgeven", "/alsnog"])
def test_a_slot_that_does_not_wait_is_not_let_go(
    editor: Worker, session: Session, coming: DigestSlot, act: str
) -> None:
    answer = editor.post(path_of(coming, act))
    assert answer.status_code == 303
    assert "Niet verstuurd." in editor.get(path_of(coming)).get_data(as_text=True)
    assert acts(session, coming) == []
    session.refresh(coming)
    assert coming.status is SlotStatus.PLANNED


def test_looking_at_a_slot_changes_nothing(
    editor: Worker, session: Session, waiting: DigestSlot
) -> None:
    session.commit()
    before = (waiting.status, waiting.revision, waiting.is_held)
    for path in (path_of(waiting), path_of(waiting, "/vrijgeven"), path_of(waiting, "/alsnog")):
        assert editor.get(path).status_code in (200, 405)
    session.refresh(waiting)
    assert (waiting.status, waiting.revision, waiting.is_held) == before


@pytest.mark.parametrize("number", ["0", "999999999", "9" * 30])
@pytest.mark.parametrize("act", ["", "/vrijgeven", "/alsnog"])
def test_a_slot_that_is_not_there_is_not_found(editor: Worker, number: str, act: str) -> None:
    assert editor.post(f"/redactie/digests/{number}{act}", **fields()).status_code == 404
