"""Approval at the desk: asked by one, seen and given by another, fallen with every change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.audit_queries import entries_of
from newsletter.accounts.models import AccountSession
from newsletter.core import settings
from newsletter.editions.approval_models import VoidReason
from newsletter.editions.approval_queries import find_newest, find_open
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import get_edition
from newsletter.mailings.models import Manifest
from newsletter.sending.carry_out import carry_out_edition
from tests.material import NOW, approved, article, asked, compiled, person, planned
from tests.second_factor import code
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, heading, page

KEY = "90-8"
PATH = f"/redactie/edities/{KEY}"
HERE = f"{PATH}/goedkeuring"
TEXTS: dict[str, str | list[str]] = {
    "title": "Een editie", "subject": "Een ander onderwerp", "preheader": "Wat erin staat",
    "editorial_md": "Dag lezer.",
}


@pytest.fixture
def made(session: Session, now: None) -> Edition:
    return planned([article("data"), article("data")], send_at=NOW + timedelta(days=7))


def words(worker: Worker, path: str = HERE) -> str:
    answer = worker.get(path)
    assert answer.status_code == 200
    return " ".join(page(answer).body.text().split())


def acts() -> list[str]:
    return sorted(entry.act for entry, _person in entries_of(f"edition:{KEY}"))


def number() -> str:
    found = find_newest(get_edition(KEY).id)
    assert found is not None
    return str(found.id)


def test_one_asks_another_gives_and_only_then_it_is_scheduled(
    editor: Worker, publisher: Worker, made: Edition, session: Session
) -> None:
    assert "Nog niet gevraagd" in words(editor, PATH)
    moment: dict[str, str | list[str]] = {"day": "17-11-2026", "at": "10.00"}
    answer = editor.post(f"{PATH}/verzendmoment", **moment)
    assert answer.status_code == 409
    assert "Vraag eerst goedkeuring aan een tweede persoon" in answer.get_data(as_text=True)
    assert editor.post(f"{HERE}/vraag").status_code == 303
    assert "Wacht op een tweede persoon" in words(editor, PATH)
    assert "Jij kunt dit niet beslissen" in words(editor)
    editor.post(f"{HERE}/akkoord", approval=number())
    assert "zelf gevraagd" in words(editor)
    shown = words(publisher)
    # The mail comes before the buttons, for who reads on a telephone.
    assert 0 < shown.index("Open op ware grootte") < shown.index("Mag deze mail zo weg?")
    assert "Een editie om te proberen" in shown
    assert "gaat precies zo weg, en zo staat het op de site." in shown
    assert publisher.post(f"{HERE}/akkoord", approval=number()).status_code == 303
    assert "Goedgekeurd door Iemand publisher" in words(editor, PATH)
    frozen = session.scalars(select(Manifest.hash).order_by(Manifest.id.desc())).first()
    assert str(frozen) in words(publisher)
    assert editor.post(f"{PATH}/verzendmoment", **moment).status_code == 303
    assert made.status is EditionStatus.SCHEDULED
    assert acts() == ["approve", "ask_approval", "schedule"]


def test_giving_approval_asks_the_second_factor_again(
    publisher: Worker, made: Edition, session: Session
) -> None:
    given = asked(made)
    session.execute(update(AccountSession).values(
        second_factor_at=clock.now() - timedelta(hours=1)))
    answer = publisher.post(f"{HERE}/akkoord", approval=number())
    assert answer.status_code == 403
    assert given.is_waiting
    publisher.post(f"{HERE}/akkoord", approval=number(), second_factor_code=code())
    session.expire_all()
    assert given.holds


def test_who_asked_or_worked_on_it_is_not_invited_to_decide(
    editor: Worker, publisher: Worker, made: Edition
) -> None:
    editor.post(f"{HERE}/vraag")
    own, other = words(editor, PATH), words(publisher, PATH)
    assert "Een ander moet dit doen." in own
    assert "Bekijk wat vaststaat" in own
    assert "Bekijk en beslis" not in own
    assert "Bekijk en beslis" in other
    assert "Een ander moet dit doen." not in other


def test_a_change_at_the_composer_voids_and_takes_the_edition_back(
    editor: Worker, made: Edition
) -> None:
    given = approved(made)
    editor.post(f"{PATH}/verzendmoment", day="17-11-2026", at="10.00")
    revision = get_edition(KEY).revision
    editor.post(PATH, revision=str(revision), **TEXTS)
    assert (given.void_reason, made.status) == (VoidReason.SUBJECT, EditionStatus.PLANNED)
    shown = words(editor, PATH)
    assert "het onderwerp is daarna veranderd" in shown
    assert "vertrekt niet meer vanzelf" in shown
    assert "Editie 90·8 is uit de planning gehaald" in words(editor, "/redactie/")
    assert acts() == ["compose", "schedule", "void_approval"]


def test_the_order_and_the_month_of_sending_void_too(editor: Worker, made: Edition) -> None:
    first = approved(made)
    editor.post(f"{PATH}/volgorde", revision="0", act=f"down:{made.items[0].article_id}")
    assert first.void_reason is VoidReason.CONTENT
    publisher = approved(made)
    dates: dict[str, str | list[str]] = {
        f"{name}_{part}": value
        for name in ("send_at", "copy_deadline_at", "approval_deadline_at")
        for part, value in (("day", "18-11-2026"), ("time", "10.00"))}
    editor.post(f"{PATH}/data", revision=str(made.revision), **dates)
    assert publisher.holds
    answer = editor.post(f"{PATH}/verzendmoment", day="1-12-2026", at="10.00")
    assert "In de mail staat de maand van verzending" in answer.get_data(as_text=True)
    later = {name: value.replace("18-11", "1-12") for name, value in dates.items()
             if isinstance(value, str)}
    editor.post(f"{PATH}/data", revision=str(made.revision), **later)
    assert publisher.void_reason is VoidReason.CONTENT


def test_an_article_that_changed_meanwhile_is_not_approved_by_mistake(
    editor: Worker, publisher: Worker, made: Edition, session: Session
) -> None:
    given = asked(made)
    made.items[0].article.title = "Intussen anders"
    session.commit()
    assert "Goedkeuring vervallen" in words(editor, PATH)  # shown, and nothing is written
    assert given.is_waiting
    publisher.post(f"{HERE}/akkoord", approval=number())
    assert given.void_reason is VoidReason.CONTENT
    assert "De goedkeuring is vervallen" in words(publisher)
    assert acts() == ["void_approval"]


def test_a_refusal_needs_words_and_the_asker_reads_them(
    editor: Worker, publisher: Worker, made: Edition
) -> None:
    asked(made)
    answer = publisher.post(f"{HERE}/weiger", approval=number(), note=" ")
    assert answer.status_code == 400
    assert set(faults(answer)) == {"note"}
    publisher.post(f"{HERE}/weiger", approval=number(), note="De kop <b>klopt</b> niet.")
    assert "De kop <b>klopt</b> niet." in words(editor, PATH)
    assert find_open(made.id) is None
    answer = publisher.post(f"{HERE}/akkoord", approval=number())
    assert "wordt niet meer gevraagd" in words(publisher)


def test_what_was_asked_is_withdrawn_and_asked_anew(editor: Worker, made: Edition) -> None:
    editor.post(f"{HERE}/vraag")
    editor.post(f"{HERE}/vraag")
    assert "De goedkeuring was al gevraagd" in words(editor, PATH)
    editor.post(f"{HERE}/terug")
    assert "Vervallen: teruggetrokken" in words(editor, PATH)
    editor.post(f"{HERE}/terug")
    assert "geen goedkeuring om terug te trekken" in words(editor, PATH)
    editor.post(f"{HERE}/vraag")
    assert acts() == ["ask_approval", "ask_approval", "withdraw_approval"]


def test_what_changed_since_the_last_approved_mail_is_shown(
    publisher: Worker, made: Edition
) -> None:
    approved(made)
    made.subject, made.editorial_md = "Toch een ander onderwerp", "Dag beste lezer."
    asked(made)
    shown = page(publisher.get(HERE)).css(".compared")
    compared = [" ".join(each.text().split()) for each in shown]
    assert any("Toch een ander onderwerp" in each for each in compared)
    assert any("beste" in each and "…" in each for each in compared)
    assert not any("Wil je stoppen" in each for each in compared)
    heads = page(publisher.get(HERE)).css("section[aria-labelledby=changed] h3")
    assert [each.text() for each in heads] == [
        "Onderwerp", "Tekst van de mail", "Tekst van de Engelse mail"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_frozen_mail_is_shown_and_not_the_one_of_now(
    publisher: Worker, made: Edition, session: Session, language: str
) -> None:
    asked(made)
    made.title = "Intussen anders"
    session.commit()
    answer = publisher.get(f"{HERE}/mail?mail={language}&beeld=donker")
    html = answer.get_data(as_text=True)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Een editie" in html
    assert "Intussen anders" not in html
    assert "\x1f" not in html
    text = page(publisher.get(f"{HERE}?beeld=tekst&mail={language}")).css_first("pre").text()
    assert "EEN EDITIE" in text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_frozen_page_is_shown_and_not_the_one_of_now(
    publisher: Worker, made: Edition, session: Session, language: str
) -> None:
    asked(made)
    made.title, made.items[0].article.title = "Intussen anders", "Ook anders"
    session.commit()
    assert f"{HERE}/mail?mail={language}&amp;beeld=web" in publisher.get(
        f"{HERE}?beeld=web&mail={language}").get_data(as_text=True)
    answer = publisher.get(f"{HERE}/mail?mail={language}&beeld=web")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    html = answer.get_data(as_text=True)
    assert "Een editie" in html
    assert made.items[1].article.title in html
    assert "anders" not in html
    # Nothing is known yet of how and when it was sent.
    assert page(answer).css("#about") == []


def test_of_what_was_frozen_without_a_page_none_is_shown(
    publisher: Worker, made: Edition, session: Session
) -> None:
    now = compiled(made)
    ask_approval(made, replace(now, page=None, hash=now.mail_hash), asked_by=person().id, now=NOW)
    session.commit()
    said = words(publisher)
    assert "Wat je goedkeurt, gaat precies zo weg. Verandert er daarna iets" in said
    assert "zo staat het op de site" not in said
    assert "beeld=web" not in publisher.get(HERE).get_data(as_text=True)
    assert publisher.get(f"{HERE}/mail?beeld=web").status_code == 404
    assert publisher.get(f"{HERE}/mail").status_code == 200
    assert "Wacht op een tweede persoon" in words(publisher)


def test_bad_input_and_what_is_not_there_get_a_page(editor: Worker, made: Edition) -> None:
    assert "nog geen goedkeuring gevraagd" in words(editor)
    assert editor.get(f"{HERE}/mail").status_code == 404
    assert editor.get("/redactie/edities/99-9/goedkeuring").status_code == 404
    asked(made)
    for typed in ("", "x", "-1", "²", "9" * 40, "\x00"):
        assert editor.post(f"{HERE}/akkoord", approval=typed).status_code == 303
        assert editor.post(f"{HERE}/weiger", approval=typed, note="Nee.").status_code == 303
    assert editor.post("/redactie/edities/14-2/goedkeuring/vraag").status_code == 303
    found = find_open(made.id)
    assert found is not None
    assert found.is_waiting


def test_a_get_changes_nothing(editor: Worker, publisher: Worker, made: Edition) -> None:
    given = asked(made)
    for worker in (editor, publisher):
        for path in (HERE, f"{HERE}/weiger", f"{HERE}?beeld=donker", f"{HERE}/mail", PATH):
            worker.get(path)
        assert worker.get(f"{HERE}/akkoord").status_code == 405
    assert given.is_waiting
    assert acts() == []


def test_the_page_of_a_sent_edition_shows_what_was_approved(
    editor: Worker, made: Edition, session: Session
) -> None:
    approved(made)
    made.status = EditionStatus.SCHEDULED
    session.commit()
    carry_out_edition(made.id, settings=settings(), now=NOW + timedelta(days=7))
    shown = words(editor, PATH)
    assert "Kenmerk van de inhoud" in shown
    assert "De inhoud staat vast" in shown
    assert "Hieronder staan de artikelen zoals ze nu zijn" in shown
    assert heading(editor.get(HERE)) == "Goedkeuring"
