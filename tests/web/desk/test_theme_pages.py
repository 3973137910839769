"""Themes at the desk: the plan comes first, the deed is what was planned, and it can be undone."""

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import find_theme, themes
from newsletter.digests.models import DigestSlot
from newsletter.digests.theme_models import ThemeChange
from newsletter.extensions import db
from newsletter.mailings.notice_models import Notice
from newsletter.subscribers.models import Cadence
from tests.material import article, reader
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, heading, page

NEW = {
    "new_1_name_nl": "Registers", "new_1_name_en": "Registers",
    "new_1_sentence_nl": "Wie wat bijhoudt.", "new_1_sentence_en": "Who keeps what.",
    "new_3_name_nl": "Statistiek", "new_3_name_en": "Statistics",
    "new_3_sentence_nl": "Wat getallen zeggen.", "new_3_sentence_en": "What figures say.",
}


@pytest.fixture(autouse=True)
def _own_slots_and_articles(session: Session, now: None) -> None:
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))


def mark(answer_text: str) -> str:
    field = LexborHTMLParser(answer_text).css_first("input[name=planned]")
    return str(field.attributes["value"])


def changes() -> int:
    return db.session.scalar(select(func.count()).select_from(ThemeChange)) or 0


def planned(who: Worker, path: str, **fields: str | list[str]) -> str:
    shown = who.post(path, step="plan", **fields)
    assert shown.status_code == 200, faults(shown)
    assert changes() == 0
    return mark(shown.get_data(as_text=True))


def test_the_plan_says_how_many_readers_and_what_they_get_and_does_nothing(
    publisher: Worker,
) -> None:
    for _ in range(2):
        reader("data")
    reader("leiderschap")
    article("data")
    article("leiderschap")
    draft = article("data", released_at=None)
    shown = publisher.post("/redactie/themas/data/samenvoegen", step="plan", into="leiderschap")
    words = " ".join(page(shown).css_first("[aria-labelledby=plan]").text().split())
    assert "2 lezers" in words
    assert "Het thema Data is opgegaan in Leiderschap." in words
    assert "Wie Data volgde, volgt nu Leiderschap." in words
    assert "Dit lezen 2 lezers in hun volgende mail." in words
    assert "Dit leest 1 lezer in de volgende mail." in words
    assert "1 artikel over Data" in words
    assert "samen 2:" in words
    assert draft.title in words
    assert changes() == 0
    assert db.session.scalars(select(Notice)).all() == []


def test_a_theme_is_merged_as_planned_and_the_old_address_leads_on(publisher: Worker) -> None:
    path = "/redactie/themas/data/samenvoegen"
    seen = planned(publisher, path, into="leiderschap")
    done = publisher.post(path, step="do", into="leiderschap", planned=seen)
    assert done.status_code == 303
    assert "Terugdraaien kan tot" in publisher.get("/redactie/themas").get_data(as_text=True)
    moved = publisher.get("/themas/data")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/themas/leiderschap")
    assert publisher.get("/redactie/themas/data/stoppen").status_code == 404
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.act, entry.subject) == ("merge_theme", "theme:data")


def test_what_was_changed_after_the_plan_is_planned_again(publisher: Worker) -> None:
    path = "/redactie/themas/data/samenvoegen"
    seen = planned(publisher, path, into="leiderschap")
    again = publisher.post(path, step="do", into="innovatie", planned=seen)
    assert again.status_code == 409
    assert "er is nog niets gedaan" in again.get_data(as_text=True)
    assert changes() == 0
    unplanned = publisher.post(path, step="do", into="innovatie")
    assert unplanned.status_code == 409
    assert publisher.post(path, step="do", into="innovatie",
                          planned=mark(again.get_data(as_text=True))).status_code == 303


def test_a_theme_that_somebody_else_changed_meanwhile_is_planned_again(
    publisher: Worker,
) -> None:
    path = "/redactie/themas/data/samenvoegen"
    seen = planned(publisher, path, into="leiderschap")
    other = "/redactie/themas/innovatie/stoppen"
    publisher.post(other, step="do", planned=mark(publisher.get(other).get_data(as_text=True)))
    assert changes() == 1
    assert publisher.post(path, step="do", into="leiderschap",
                          planned=seen).status_code == 409
    assert changes() == 1


def test_a_theme_is_split_into_new_ones_and_a_present_one(publisher: Worker) -> None:
    path = "/redactie/themas/data/splitsen"
    seen = planned(publisher, path, **NEW, parts=["leiderschap"])
    done = publisher.post(path, step="do", **NEW, parts=["leiderschap"], planned=seen)
    assert done.status_code == 303
    assert {"registers", "statistiek"} <= {theme.slug for theme in themes()}
    text = page(publisher.get("/themas/data")).css_first("main").text()
    assert "Dit thema is gesplitst" in text
    assert "Statistiek" in text
    assert "Abonneer je en volg dit thema" not in text


def test_a_fault_in_a_new_theme_is_told_at_its_own_field(publisher: Worker) -> None:
    shown = publisher.post("/redactie/themas/data/splitsen", step="plan",
                           **{**NEW, "new_3_name_nl": "Leiderschap"})
    assert shown.status_code == 400
    assert list(faults(shown)) == ["new_3_name_nl"]
    kept = page(shown).css_first("#new_1_name_nl")
    assert kept.attributes["value"] == "Registers"


@pytest.mark.parametrize(("act", "fields", "at"), [
    ("samenvoegen", {}, "into"), ("samenvoegen", {"into": "geen"}, "into"),
    ("splitsen", {}, "parts"), ("splitsen", {"parts": ["leiderschap"]}, "parts"),
    ("splitsen", {"parts": ["geen", "leiderschap"]}, "parts"),
    ("hernoemen", {}, "name_nl"),
])
def test_what_cannot_be_is_told_at_its_field(
    publisher: Worker, act: str, fields: dict[str, str | list[str]], at: str
) -> None:
    shown = publisher.post(f"/redactie/themas/data/{act}", step="plan", **fields)
    assert shown.status_code == 400
    assert list(faults(shown)) == [at]
    assert changes() == 0


def test_a_theme_is_renamed_and_called_back(publisher: Worker) -> None:
    had = find_theme("data")
    assert had is not None
    path = "/redactie/themas/data/hernoemen"
    words = {"name_nl": "Gegevens", "name_en": "Data", "sentence_nl": had.sentence_nl,
             "sentence_en": had.sentence_en}
    publisher.post(path, step="do", **words, planned=planned(publisher, path, **words))
    assert publisher.get("/themas/data").headers["Location"] == "/themas/gegevens"
    change_id = db.session.scalars(select(ThemeChange.id)).one()
    publisher.post(f"/redactie/themas/wijzigingen/{change_id}/terug")
    assert publisher.get("/themas/gegevens").headers["Location"] == "/themas/data"
    again = publisher.post(f"/redactie/themas/wijzigingen/{change_id}/terug")
    assert again.status_code == 303
    assert "al teruggedraaid" in publisher.get("/redactie/themas").get_data(as_text=True)


def test_the_plan_of_a_retirement_says_who_would_hear_nothing(publisher: Worker) -> None:
    reader("data", editions=False)
    reader("data")
    reader("data", "leiderschap")
    reader("data", cadence=Cadence.NONE)
    article("data", released_at=None)
    words = " ".join(page(publisher.get("/redactie/themas/data/stoppen")).text().split())
    assert "2 lezers houden geen thema over" in words
    assert "1 van hen krijgt ook geen edities, en hoort dit dus niet." in words
    assert "Eén ervan houdt geen thema over." in words


def test_a_contributor_has_no_business_here(contributor: Worker) -> None:
    assert contributor.get("/redactie/themas").status_code == 403


def test_an_editor_may_look_and_not_change(editor: Worker) -> None:
    shown = editor.get("/redactie/themas")
    assert heading(shown) == "Thema’s"
    assert "/stoppen" not in shown.get_data(as_text=True)
    assert editor.get("/redactie/themas/data/stoppen").status_code == 403
    assert editor.post("/redactie/themas/data/stoppen", step="do").status_code == 403
    assert editor.post("/redactie/themas/wijzigingen/1/terug").status_code == 403


def test_what_is_no_theme_or_no_act_is_not_found(publisher: Worker) -> None:
    assert publisher.get("/redactie/themas/geen/stoppen").status_code == 404
    assert publisher.get("/redactie/themas/data/verbranden").status_code == 404
    assert publisher.post("/redactie/themas/wijzigingen/99999/terug").status_code == 404


def test_looking_changes_nothing(publisher: Worker) -> None:
    before = db.session.execute(select(Theme.slug, Theme.retired_at)).all()
    for act in ("samenvoegen", "splitsen", "hernoemen", "stoppen"):
        assert publisher.get(f"/redactie/themas/data/{act}").status_code == 200
    assert db.session.execute(select(Theme.slug, Theme.retired_at)).all() == before
    assert changes() == 0


def test_a_plan_from_before_an_undo_is_planned_again(publisher: Worker) -> None:
    path, stop = "/redactie/themas/data/samenvoegen", "/redactie/themas/leiderschap/stoppen"
    publisher.post(path, step="do", into="leiderschap",
                   planned=planned(publisher, path, into="leiderschap"))
    before = mark(publisher.get(stop).get_data(as_text=True))
    change_id = db.session.scalars(select(ThemeChange.id)).one()
    publisher.post(f"/redactie/themas/wijzigingen/{change_id}/terug")
    assert publisher.post(stop, step="do", planned=before).status_code == 409
