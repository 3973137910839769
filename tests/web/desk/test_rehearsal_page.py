"""The rehearsal of a digest at the desk: shown whole, for one reader too, and nothing is kept."""

import logging
from typing import NamedTuple

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.sending.carry_out import carry_out_slot
from newsletter.web.headers import MAIL_CONTENT_SECURITY
from tests.material import NOW, article, reader, slot
from tests.sending.lively import DAY
from tests.web.desk.conftest import Worker
from tests.web.reader.life import everything
from tests.web.visitor import faults, heading, links, page


class Coming(NamedTuple):
    """A slot of tomorrow, and a reader who gets something from it, and one who does not."""

    slot_id: int
    path: str
    glad: str
    bored: str


@pytest.fixture
def coming(session: Session, now: None) -> Coming:
    session.execute(update(Article).values(released_at=None))
    glad, bored = reader("data"), reader("leiderschap")
    reader("data")
    article("data")
    made = slot(at=NOW + DAY)
    session.commit()
    return Coming(made.id, f"/redactie/digests/{made.id}/proef", str(glad.subscriber.address),
                  str(bored.subscriber.address))


def cells(shown: TestResponse, section: str) -> dict[str, list[str]]:
    """The rows of a section's table, by the words of their heading."""
    rows = page(shown).css(f"section[aria-labelledby={section}] tbody tr")
    return {row.css_first("th").text().strip(): [cell.text().strip() for cell in row.css("td")]
            for row in rows}


def test_the_coming_slots_lead_to_their_rehearsal(editor: Worker, coming: Coming) -> None:
    assert coming.path in links(editor.get("/redactie/digests"))


def test_the_page_tells_who_gets_what(editor: Worker, coming: Coming) -> None:
    shown = editor.get(coming.path)
    assert heading(shown) == "Proef: Weekmail"
    who = cells(shown, "who")
    assert (who["Krijgt een mail"][0], who["Niets nieuws"][0]) == ("2", "1")
    assert cells(shown, "themes")["Data"] == ["2", "2"]
    assert cells(shown, "themes")["Leiderschap"] == ["1", "0"]
    ((subject, row),) = cells(shown, "mails").items()
    assert subject
    assert row == ["Nederlands, opgemaakt", "2", "1", "0", "0"]
    assert page(shown).css_first("#preview") is not None


def test_the_difference_with_the_last_run_is_shown(
    editor: Worker, session: Session, coming: Coming
) -> None:
    before = slot(at=NOW)
    session.commit()
    carry_out_slot(before.id, settings=settings(), now=NOW)
    new = article("leiderschap", released_at=NOW + DAY / 2)
    session.commit()
    shown = editor.get(coming.path)
    assert cells(shown, "who")["Krijgt een mail"] == ["1", "2"]
    told = page(shown).css_first("section[aria-labelledby=last]").text()
    assert new.title in told
    assert "1, toen 1" in told


def test_a_readers_own_mail_is_looked_up_without_her_address_in_any_url(
    editor: Worker, coming: Coming
) -> None:
    shown = editor.post(coming.path, address=coming.glad.upper())
    assert shown.status_code == 200
    one = page(shown).css_first("section[aria-labelledby=one]")
    assert "Deze lezer krijgt een mail" in one.text()
    assert "In de mail staat: ‘Je" in one.text()
    assert heading(shown) == "Proef: Weekmail"
    frame = str(page(shown).css_first("iframe").attributes["src"])
    addresses = [*links(shown), frame, *(
        str(form.attributes["action"]) for form in page(shown).css("form"))]
    assert not [each for each in addresses if "@" in each or "%40" in each]
    mail = editor.get(frame)
    assert mail.headers["Content-Security-Policy"] == MAIL_CONTENT_SECURITY
    assert "/voorkeuren/voorbeeld" in mail.get_data(as_text=True)


def test_a_reader_who_gets_nothing_is_told_why(editor: Worker, coming: Coming) -> None:
    for address, words in ((coming.bored, "Niets nieuws voor deze lezer"),
                           ("niemand@gemeente.example", "We kennen geen lezer met dit adres")):
        shown = editor.post(coming.path, address=address)
        assert words in page(shown).css_first("section[aria-labelledby=one]").text()
        assert page(shown).css_first("#preview") is None


def test_a_bad_address_is_told_at_its_field_and_kept(editor: Worker, coming: Coming) -> None:
    for typed in ("", "noor", "noor@", "a\x00@b.example", "x" * 10_000):
        answer = editor.post(coming.path, address=typed)
        assert answer.status_code == 400
        assert set(faults(answer)) == {"address"}
    answer = editor.post(coming.path, address="noor")
    assert page(answer).css_first("#address").attributes["value"] == "noor"
    assert "Krijgt een mail" in cells(answer, "who")


def test_every_view_of_a_mail_is_shown(editor: Worker, coming: Coming) -> None:
    first = links(editor.get(coming.path))
    for view in ("computer", "telefoon", "donker", "tekst"):
        link = next(each for each in first if f"beeld={view}" in each and "mail=" in each)
        shown = page(editor.get(link))
        assert (shown.css_first("pre") is not None) == (view == "tekst")
        assert (shown.css_first("iframe") is not None) == (view != "tekst")


def test_looking_and_asking_change_nothing_and_no_log_has_the_address(
    editor: Worker, session: Session, coming: Coming, caplog: pytest.LogCaptureFixture
) -> None:
    editor.get("/redactie/digests")
    before = everything(session)
    with caplog.at_level(logging.DEBUG):
        editor.get(coming.path)
        editor.post(coming.path, address=coming.glad)
    assert everything(session) == before
    assert coming.glad not in caplog.text


def test_what_cannot_be_rehearsed_leads_back_or_is_not_there(
    editor: Worker, session: Session, coming: Coming
) -> None:
    frame = str(page(editor.get(coming.path)).css_first("iframe").attributes["src"])
    assert editor.get(f"{coming.path}/nl:mail:nothing").status_code == 404
    for slot_id in (coming.slot_id + 1000, 2**63):
        assert editor.get(f"/redactie/digests/{slot_id}/proef").status_code == 404
    carry_out_slot(coming.slot_id, settings=settings(), now=NOW + DAY)
    back = editor.get(coming.path)
    assert (back.status_code, back.location) == (303, "/redactie/digests")
    assert "hij is geweest" in LexborHTMLParser(
        editor.get("/redactie/digests").get_data(as_text=True)).body.text()
    assert editor.get(frame).status_code == 404
