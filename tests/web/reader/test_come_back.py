"""After leaving: the undo, by whom and how long, and what a forwarded mail shows."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.models import (
    Subscription,
    SubscriptionStatus,
)
from newsletter.tokens import Purpose
from tests.material import NOW, deliveries, reader
from tests.web import visitor
from tests.web.reader.leaver import ONE_CLICK, leave_all, ledger, link, manage, offered, press_back

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of editions and of two themes every week."""
    return reader("data", "leiderschap")


def test_undo_gives_back_exactly_what_she_had_and_mails_her_so(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    before = chosen.of(anne)
    left = leave_all(client, anne)
    for _ in range(2):
        answer = press_back(client, left)
        assert (answer.status_code, visitor.heading(answer)) == (200, "Je leest weer mee")
        assert "Elke week" in answer.get_data(as_text=True)
        assert "Set-Cookie" not in answer.headers
    session.refresh(anne)
    assert (anne.status, chosen.of(anne)) == (SubscriptionStatus.ACTIVE, before)
    assert len(deliveries(MailKind.WELCOME)) == 1
    assert ledger(session, anne)[-2:] == [
        ("withdrawn", "mailed_link_post"), ("given", "undo_beside_text"),
    ]


def test_the_page_after_coming_back_promises_only_the_mail_that_comes(
    client: FlaskClient, anne: Subscription
) -> None:
    said = []
    for _ in range(4):
        left = leave_all(client, anne)
        said += [_lead(press_back(client, left)) for _ in range(2)]
    promise = "We mailen je zo een link waarmee je alles kunt veranderen."
    assert said[:6] == [promise] * 6
    assert len(deliveries(MailKind.WELCOME)) == 3
    for words in said[6:]:
        assert "al drie keer een link" in words
        assert "Daarom mailen we je nu niet nog een keer." in words


def _lead(answer: TestResponse) -> str:
    return visitor.page(answer).css_first("main p.lead").text()


@pytest.mark.parametrize(
    "purpose", [Purpose.LEAVE_DIGESTS, Purpose.LEAVE_EDITIONS, Purpose.LEAVE_ALL])
@pytest.mark.parametrize("multipart", [False, True])
def test_who_left_by_one_click_finds_the_undo_behind_the_same_link(
    client: FlaskClient, session: Session, anne: Subscription, purpose: Purpose, *,
    multipart: bool,
) -> None:
    before = chosen.of(anne)
    kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
    client.post(link(anne, purpose), data=ONE_CLICK, content_type=kind)
    session.refresh(anne)
    assert chosen.of(anne) != before
    press_back(client, client.get(link(anne, purpose)))
    session.refresh(anne)
    assert chosen.of(anne) == before
    assert ledger(session, anne)[-2:] == [
        ("withdrawn", "one_click_post"), ("given", "undo_beside_text"),
    ]


def test_an_old_unsubscribe_link_opens_no_choices_after_a_change_of_address(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    anne.link_nonce = 1
    session.flush()
    left = leave_all(client, anne)
    for wish in ("themes", "as_it_was"):
        answer = press_back(client, left, instead=wish)
        assert answer.status_code == 200
        assert [each for each in visitor.links(answer) if "/voorkeuren/" in each] == []


@pytest.mark.parametrize("after", [timedelta(days=29, hours=23), timedelta(days=30, seconds=1)])
def test_the_undo_stands_for_thirty_days(
    client: FlaskClient, session: Session, anne: Subscription, after: timedelta
) -> None:
    left = leave_all(client, anne)
    with time_machine.travel(NOW + after, tick=False):
        shown = client.get(link(anne))
        late = after > timedelta(days=30)
        assert (offered(shown) == {}) is late
        if late:
            assert "/aanmelden" in visitor.links(shown)
            answer = press_back(client, left)
            assert answer.status_code == 400  # the page itself stood open for more than a day
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED


def test_a_page_that_stood_open_past_the_thirty_days_gets_friendly_words(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    leave_all(client, anne)
    with time_machine.travel(NOW + timedelta(days=29, hours=23), tick=False):
        shown = client.get(link(anne))
    with time_machine.travel(NOW + timedelta(days=30, hours=1), tick=False):
        answer = press_back(client, shown)
    assert (answer.status_code, visitor.heading(answer)) == (
        409, "Dit kun je niet meer terugdraaien",
    )
    assert "/aanmelden" in visitor.links(answer)
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED


@pytest.mark.parametrize(
    "reason", [SuppressionReason.COMPLAINT, SuppressionReason.NEVER_AGAIN]
)
def test_there_is_no_undo_after_a_complaint_or_a_wish_never_to_be_written_to(
    client: FlaskClient, session: Session, anne: Subscription, reason: SuppressionReason
) -> None:
    left = leave_all(client, anne)
    suppress(signer().address_hashes(anne.subscriber.address or "")[-1], reason=reason, now=NOW)
    assert offered(client.get(link(anne))) == {}
    assert offered(client.get(manage(anne))) == {}
    assert press_back(client, left).status_code == 409
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED


def test_there_is_no_undo_when_the_address_has_gone(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    left = leave_all(client, anne)
    forget_former(signer=signer(), now=NOW + timedelta(days=31))
    session.refresh(anne.subscriber)
    assert anne.subscriber.address is None
    shown = client.get(link(anne))
    assert offered(shown) == {}
    assert "al gewist" in shown.get_data(as_text=True)
    assert press_back(client, left).status_code == 409
    assert client.post(link(anne), data=ONE_CLICK).status_code == 200


def test_looking_at_what_may_be_undone_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    leave_all(client, anne)
    before = ledger(session, anne)
    for address in (link(anne), manage(anne)):
        for path in (address, f"{address}/terug", f"{address}/reden"):
            for method in ("GET", "HEAD", "OPTIONS"):
                assert client.open(path, method=method).status_code == 200
    session.refresh(anne)
    assert (anne.status, ledger(session, anne)) == (SubscriptionStatus.ENDED, before)
    assert deliveries() == []


def test_the_link_to_the_choices_offers_the_same_undo(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    before = chosen.of(anne)
    stop = visitor.form_of(client.get(manage(anne)), action=f"{manage(anne)}/stoppen")
    done = visitor.post(client, stop, what="all")
    inactive = client.get(manage(anne))
    assert set(offered(done)) == set(offered(inactive)) == set(
        offered(client.get(link(anne)))
    )
    press_back(client, inactive)
    session.refresh(anne)
    assert chosen.of(anne) == before
    assert ledger(session, anne)[-2:] == [
        ("withdrawn", "preference_page"), ("given", "undo_beside_text"),
    ]


def test_an_undo_without_our_form_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    leave_all(client, anne)
    for address in (link(anne), manage(anne)):
        answer = client.post(f"{address}/terug", data={"instead": "as_it_was"})
        assert answer.status_code == 400
        assert visitor.page(answer).css_first("title").text().startswith("Fout: ")
    other = visitor.form_of(client.get(link(reader("data"))), action="/afmelden/")
    assert client.post(f"{link(anne)}/terug", data=other.filled()).status_code == 400
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ENDED


def test_a_forwarded_mail_shows_whose_mail_would_stop_before_the_button(
    client: FlaskClient, anne: Subscription
) -> None:
    page = client.get(link(anne)).get_data(as_text=True)
    button = page.index("<button")
    assert page.index("r…@gemeente.example krijgt dan meteen geen mail meer over thema’s") < button
    assert page.index("doorgestuurd") < button
    assert str(anne.subscriber.address) not in page


def test_no_page_of_leaving_sets_a_cookie_or_may_be_kept(
    client: FlaskClient, anne: Subscription
) -> None:
    left = leave_all(client, anne)
    reason = visitor.form_of(left, action=f"{link(anne)}/reden")
    for answer in (
        left, client.get(link(anne)), visitor.post(client, reason, reason="other"),
        press_back(client, left),
    ):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
