"""What a reader was sent and why, each mail to read again, and the history of her consent."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.check_receipt import check_receipt
from newsletter.subscribers.models import Cadence, Language, MailFormat, Subscription
from newsletter.web.headers import CONTENT_SECURITY, MAIL_CONTENT_SECURITY
from tests.material import NOW, article, choices, edition, reader
from tests.web import visitor
from tests.web.ear import heard
from tests.web.reader.life import Life, data_of, rich_life

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def life(session: Session) -> Life:
    """A reader with a past."""
    return rich_life(session)


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader without one."""
    subscription = reader("data")
    session.commit()
    return subscription


def test_each_mail_tells_when_why_and_what_became_of_it(client: FlaskClient, life: Life) -> None:
    rows = visitor.page(client.get(data_of(life.subscription))).css("table tbody tr")
    told = {row.css_first("th").text().strip(): row.text() for row in rows}
    refused = told["Welkom"]
    assert "Niet aangenomen" in refused
    assert "550 mailbox full" in refused
    assert "Er ging al een nieuwere mail" in told["Link naar je keuzes"]
    (sent,) = [words for words in told.values() if "Het magazine" in words]
    assert "Een editie om te proberen" in sent
    assert "Verzonden" in sent
    assert "10 november 2026" in sent
    (digest,) = [words for words in told.values() if "Mail over je thema’s" in words]
    assert "Je volgt data" in digest  # the frozen sentence names the themes that matched


def test_a_mail_is_shown_as_it_was_sent_and_nothing_may_happen_in_it(
    client: FlaskClient, life: Life
) -> None:
    page = data_of(life.subscription)
    for kind in (MailKind.EDITION, MailKind.DIGEST):
        around = client.get(f"{page}/mail/{life.mails[kind]}")
        assert around.headers["Cache-Control"] == "no-store"
        answer = client.get(str(visitor.page(around).css_first("iframe").attributes["src"]))
        words = answer.get_data(as_text=True)
        assert answer.headers["Content-Security-Policy"] == MAIL_CONTENT_SECURITY
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Stuk nummer" in words
        assert "\x1f" not in words
        assert "/voorkeuren/" not in words
        assert "/afmelden/" not in words


@pytest.mark.parametrize("language", Language)
def test_a_mail_in_text_stands_on_a_page_that_leads_back(
    client: FlaskClient, session: Session, anne: Subscription, language: Language
) -> None:
    anne.format, anne.language = MailFormat.TEXT, language
    sent = _sent_to(anne)
    answer = client.get(f"{data_of(anne)}/mail/{sent.id}?taal=nl")
    shown = visitor.page(answer)
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert shown.css_first("meta[name=viewport]")
    title = visitor.heading(answer)
    assert title
    assert shown.css_first("title").text().startswith(title)
    text = shown.css_first("pre")
    assert (text.attributes.get("lang") or "nl") == language
    assert (shown.css_first("h1").attributes.get("lang") or "nl") == language
    words = text.text()
    assert "Stuk nummer" in words
    links = [str(each.attributes["href"]) for each in text.css("a")]
    assert links
    assert all(link in words for link in links)
    assert not any(personal in words for personal in ("/voorkeuren/", "/afmelden/", "\x1f"))
    (back,) = [each for each in visitor.links(answer) if each.startswith(f"{data_of(anne)}/mails")]
    assert visitor.heading(client.get(back)) == "Wat je kreeg en waarom"
    assert client.get(f"{data_of(anne)}/mail/{sent.id}/html").status_code == 404


def test_a_mail_in_html_stands_in_a_frame_on_a_page_that_leads_back(
    client: FlaskClient, life: Life
) -> None:
    mail = f"{data_of(life.subscription)}/mail/{life.mails[MailKind.EDITION]}"
    answer = client.get(mail)
    assert f"{data_of(life.subscription)}/mails" in visitor.links(answer)
    assert visitor.page(answer).css_first("iframe").attributes["src"] == f"{mail}/html"
    framed = client.get(f"{mail}/html")
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    # No page of ours may be framed, so a link in the mail leaves the frame.
    words = framed.get_data(as_text=True)
    assert words.count('<base target="_top">') == 1
    assert words.index("<head") < words.index("<base ") < words.index("</head>")


def test_only_her_own_mails_open(client: FlaskClient, session: Session, life: Life) -> None:
    page = data_of(life.subscription)
    others = session.scalars(
        select(Delivery.id).where(
            Delivery.subscriber_id != life.subscription.subscriber_id,
            Delivery.mailing_id.is_not(None),
        )
    ).all()
    assert others
    for delivery in (*others, life.mails[MailKind.WELCOME], 0, 10**30, "x", "-1", "1e3", "٣"):
        for where in ("", "/html"):
            answer = client.get(f"{page}/mail/{delivery}{where}")
            assert answer.status_code == 404, (delivery, where)


def test_mails_are_paged_by_fifty_with_plain_links(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    for _ in range(101):
        session.add(Delivery(kind=MailKind.WELCOME, lane="prompt", created_at=NOW, due_at=NOW,
                             subscriber_id=anne.subscriber_id, status=DeliveryStatus.PENDING))
    session.commit()
    page = f"{data_of(anne)}/mails"
    first = client.get(page)
    assert page in [link.split("?")[0] for link in visitor.links(first)]
    assert "Bekijk alle 101 mails" in client.get(data_of(anne)).get_data(as_text=True)
    counts = [len(visitor.page(client.get(f"{page}?pagina={n}")).css("tbody tr"))
              for n in ("1", "2", "3", "4", "0", "-1", "x", "9" * 40)]
    assert counts == [50, 50, 1, 1, 50, 50, 50, 50]


def test_each_consent_tells_what_when_how_and_with_which_words(
    client: FlaskClient, life: Life
) -> None:
    story = visitor.page(client.get(data_of(life.subscription))).css_first("ol.story")
    entries = [" ".join(entry.text().split()) for entry in story.css("li")]
    assert entries[-1].startswith("zondag 11 oktober 2026 om 09.00 uur Aangevraagd")
    assert "Met een formulier op de site. Pagina: /aanmelden" in entries[-1]
    assert "Toestemming gegeven" in entries[-2]
    assert "Thema’s: Data, Leiderschap" in entries[-2]
    assert "Pauze tot 30 november 2026" in entries[1]
    # Of who asked and gave, the text is there to read; with what came after none was shown.
    assert len(story.css("details blockquote")) == 2
    untold = ["Geen tekst getoond bij deze handeling." in entry for entry in entries]
    assert untold == [True] * (len(entries) - 2) + [False, False]
    assert story.css_first("blockquote").text().strip()


def test_a_change_of_language_or_format_is_told_in_the_history(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    told = []
    for wish in (
        replace(choices("data"), format=MailFormat.TEXT),
        replace(choices("data"), format=MailFormat.TEXT, language=Language.EN),
        replace(choices("data"), format=MailFormat.MAIL, language=Language.EN),
    ):
        assert change_choices(anne, wish, source_page="/voorkeuren", now=NOW)
        session.commit()
        page = visitor.page(client.get(f"{data_of(anne)}?taal=nl"))
        told.append(page.css_first("ol.story li p.soft").text().split(" · ")[-2:])
    assert told == [
        ["Mail in het Nederlands", "Alleen platte tekst"],
        ["Mail in het Engels", "Alleen platte tekst"],
        ["Mail in het Engels", "Mail met opmaak"],
    ]
    in_english = client.get(data_of(anne)).get_data(as_text=True)
    assert "Mail in English · Mail with formatting" in in_english


def test_the_receipt_can_be_checked_without_us(client: FlaskClient, life: Life) -> None:
    answer = client.get(f"{data_of(life.subscription)}/bewijs.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    checked = check_receipt(answer.get_data(), keys=[])
    assert not checked.fault
    assert checked.proved


def test_a_long_history_of_consent_asks_the_database_no_more_often(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    def asked(after: int) -> int:
        """How many statements the page makes, so many changes further on."""
        for number in range(after):
            wish = choices("data", cadence=(Cadence.MONTHLY, Cadence.WEEKLY)[number % 2])
            assert change_choices(anne, wish, source_page="/voorkeuren", now=NOW)
        session.commit()
        with heard() as statements:
            assert client.get(data_of(anne)).status_code == 200
        return len(statements)

    asked(after=2)  # what is made ready once is made ready now
    assert asked(after=2) == asked(after=12)


def _sent_to(subscription: Subscription) -> Delivery:
    """An edition of hers."""
    made = edition([article("data", released_at=NOW)])
    db.session.commit()
    carry_out_edition(made.id, settings=settings(), now=NOW)
    return db.session.scalars(
        select(Delivery).where(Delivery.subscriber_id == subscription.subscriber_id,
                               Delivery.mailing_id.is_not(None))
    ).one()
