"""The mail of an edition in the browser: the frozen bytes, without anyone's links (promise 5)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.editions.approval_queries import find_newest
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.models import Edition
from newsletter.editions.refuse_approval import refuse_approval
from newsletter.mailings.models import Manifest
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing, hashes_of
from newsletter.sending.carry_out import carry_out_edition
from tests.corrections import approved_correction, corrected
from tests.material import NOW, article, compiled, edition, person, reader
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def sent(app: Flask, session: Session) -> Edition:
    """An edition that was carried out to two readers."""
    reader()
    reader("leiderschap")
    made = edition([article("data"), article("leiderschap")])
    session.commit()
    carry_out_edition(made.id, settings=app.config["SETTINGS"], now=NOW)
    session.refresh(made)
    return made


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_mail_is_shown_as_frozen_without_personal_links_or_open_places(
    client: FlaskClient, sent: Edition, language: str
) -> None:
    answer = client.get(f"/edities/{sent.key}/mail?taal={language}")
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    assert "\x1f" not in html
    assert "/voorkeuren/" not in html
    assert "/afmelden/" not in html
    assert "/mijn-link" in html
    assert visitor.page(answer).css_first("html").attributes["lang"] == language
    assert all(item.article.title in html for item in sent.items)


def test_a_later_change_of_an_article_does_not_reach_the_mail_that_was_sent(
    client: FlaskClient, session: Session, sent: Edition
) -> None:
    before = client.get(f"/edities/{sent.key}/mail").get_data()
    sent.items[0].article.title = "Achteraf veranderd"
    session.flush()
    assert client.get(f"/edities/{sent.key}/mail").get_data() == before


def test_the_page_shows_the_hash_that_was_approved(
    client: FlaskClient, session: Session, sent: Edition
) -> None:
    approval = find_newest(sent.id)
    assert approval is not None
    approved = session.get_one(Manifest, approval.manifest_id).hash
    codes = [code.text() for code in visitor.page(client.get(f"/edities/{sent.key}")).css("code")]
    assert approved in codes
    sent.subject = "Toch anders"
    asked = ask_approval(sent, compiled(sent), asked_by=person().id, now=NOW, is_correction=True)
    refuse_approval(sent, asked.id, note="Nee.", by=person(), now=NOW)
    again = visitor.page(client.get(f"/edities/{sent.key}"))
    assert approved in [code.text() for code in again.css("code")]


def test_the_mail_may_style_itself_and_nothing_else_happens_in_it(
    client: FlaskClient, sent: Edition
) -> None:
    policy = client.get(f"/edities/{sent.key}/mail").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_the_edition_page_says_when_it_was_sent_and_leads_to_the_mail(
    client: FlaskClient, sent: Edition
) -> None:
    answer = client.get(f"/edities/{sent.key}")
    assert "dinsdag 10 november 2026 om 08.00 uur" in visitor.page(answer).body.text()
    assert f"/edities/{sent.key}/mail" in visitor.links(answer)


def test_a_corrected_edition_says_so_and_shows_the_first_text_to_who_had_it(
    client: FlaskClient, session: Session, sent: Edition
) -> None:
    before = client.get(f"/edities/{sent.key}/mail").get_data()
    assert client.get(f"/edities/{sent.key}/versies/1").status_code == 404
    done = corrected(sent, now=NOW)
    hashes = hashes_of([done.old_manifest_id or 0, done.manifest_id or 0])
    shown = client.get(f"/edities/{sent.key}").get_data(as_text=True)
    assert "Op dinsdag 10 november 2026 om 08.00 uur verbeterd:" in shown
    assert "In de mail stond een verkeerde datum." in shown
    assert all(each[:16] in shown for each in hashes.values())
    assert "Er is daarna niets veranderd" not in shown
    old = client.get(f"/edities/{sent.key}/versies/1")
    assert old.headers["X-Robots-Tag"] == "noindex"
    assert "In de mail stond een verkeerde datum." in old.get_data(as_text=True)
    first, last = (client.get(f"/edities/{sent.key}/{path}")
                   for path in ("versies/1/mail", "mail"))
    assert first.get_data() == before != last.get_data()
    assert first.headers["X-Robots-Tag"] == "noindex"
    for number in (0, 2):
        assert client.get(f"/edities/{sent.key}/versies/{number}").status_code == 404
    assert "The mail had a wrong date." in client.get(
        f"/edities/{sent.key}?taal=en").get_data(as_text=True)


def test_what_nobody_approved_is_not_public(
    client: FlaskClient, session: Session, sent: Edition
) -> None:
    pause(get_mailing(f"edition:{sent.key}").id, now=NOW)
    approved_correction(sent, subject="Nog niet", now=NOW)
    for path in ("", "/mail"):
        assert "nu goed" not in client.get(f"/edities/{sent.key}{path}").get_data(as_text=True)
