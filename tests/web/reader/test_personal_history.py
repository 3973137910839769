"""What a reader was sent and why, each mail to read again, and the history of her consent."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.check_receipt import check_receipt
from newsletter.subscribers.models import Cadence, Subscription
from newsletter.web.headers import MAIL_CONTENT_SECURITY
from tests.material import NOW, choices, reader
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
        answer = client.get(f"{page}/mail/{life.mails[kind]}")
        words = answer.get_data(as_text=True)
        assert answer.headers["Content-Security-Policy"] == MAIL_CONTENT_SECURITY
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Stuk nummer" in words
        assert "\x1f" not in words
        assert "/voorkeuren/" not in words
        assert "/afmelden/" not in words


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
        assert client.get(f"{page}/mail/{delivery}").status_code == 404, delivery


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
    assert len(story.css("details blockquote")) == len(entries)
    assert story.css_first("blockquote").text().strip()


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
