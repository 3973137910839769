"""A mail in a reader's dossier stands on a page of the desk that leads back (P05)."""

import pytest
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.mailings.history import mails_of
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.models import Language, MailFormat, Subscription
from newsletter.web.headers import CONTENT_SECURITY, MAIL_CONTENT_SECURITY
from tests.material import NOW, article, edition, reader
from tests.web import visitor
from tests.web.desk.conftest import Worker


def _mailed(session: Session, language: Language, shape: MailFormat) -> tuple[Subscription, str]:
    """A reader with one mail, and its address at the desk."""
    one = reader("data")
    one.language, one.format = language, shape
    made = edition([article("data")])
    session.commit()
    carry_out_edition(made.id, settings=settings(), now=NOW)
    (mail,) = mails_of(one.subscriber_id)
    return one, f"/redactie/lezers/{one.subscriber_id}/mail/{mail.id}"


@pytest.mark.parametrize("language", Language)
def test_a_mail_in_text_stands_on_a_page_that_leads_back(
    publisher: Worker, session: Session, language: Language
) -> None:
    one, path = _mailed(session, language, MailFormat.TEXT)
    answer = publisher.get(f"{path}?taal=nl")
    shown = visitor.page(answer)
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    title = visitor.heading(answer)
    assert title
    assert shown.css_first("title").text().startswith(title)
    text = shown.css_first("pre")
    assert (text.attributes.get("lang") or "nl") == language
    assert (shown.css_first("h1 span").attributes.get("lang") or "nl") == language
    assert "Stuk nummer" in text.text()
    links = [str(each.attributes["href"]) for each in text.css("a")]
    assert links
    assert all(link in text.text() for link in links)
    assert not any(own in text.text() for own in ("/voorkeuren/", "/afmelden/", "\x1f"))
    assert shown.css("iframe") == []
    dossier = f"/redactie/lezers/{one.subscriber_id}"
    (back,) = shown.css("p.actions a")
    assert str(back.attributes["href"]).split("?")[0] == dossier
    assert path in publisher.get(dossier).get_data(as_text=True)
    assert publisher.get(f"{path}/html").status_code == 404


def test_a_mail_in_html_stands_in_a_frame_on_a_page_that_leads_back(
    publisher: Worker, session: Session
) -> None:
    one, path = _mailed(session, Language.NL, MailFormat.MAIL)
    answer = publisher.get(path)
    assert f"/redactie/lezers/{one.subscriber_id}" in visitor.links(answer)
    assert visitor.page(answer).css("pre") == []
    frame = visitor.page(answer).css_first("iframe")
    assert (frame.attributes["src"], frame.attributes["title"]) == (
        f"{path}/html", "De mail in HTML")
    framed = publisher.get(f"{path}/html")
    assert framed.headers["Content-Security-Policy"] == MAIL_CONTENT_SECURITY
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    words = framed.get_data(as_text=True)
    assert "Stuk nummer" in words
    assert words.count('<base target="_top">') == 1
    assert not any(own in words for own in ("/voorkeuren/", "/afmelden/", "\x1f"))


def test_only_a_mail_of_this_reader_opens(publisher: Worker, session: Session) -> None:
    other = reader("data")
    _one, path = _mailed(session, Language.NL, MailFormat.MAIL)
    number = path.rpartition("/")[2]
    for typed in (f"{other.subscriber_id}/mail/{number}", f"{_one.subscriber_id}/mail/m99",
                  f"{_one.subscriber_id}/mail/x", f"999999/mail/{number}"):
        for where in ("", "/html"):
            assert publisher.get(f"/redactie/lezers/{typed}{where}").status_code == 404
