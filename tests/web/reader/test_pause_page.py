"""Pausing from the preference page, and the button that mails a fresh link."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.deliveries.models import MailKind
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from tests.material import deliveries, reader
from tests.web import visitor
from tests.web.reader.life import choices_of, everything

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of two themes."""
    subscription = reader("data", "leiderschap")
    session.commit()
    return subscription


@pytest.mark.parametrize("typed", ["3-3-2027", "3 maart 2027", "3/3/2027", " 3 mrt 2027 "])
def test_a_pause_lasts_until_the_typed_day_and_the_page_says_what_then(
    client: FlaskClient, session: Session, anne: Subscription, typed: str
) -> None:
    form = visitor.form_of(client.get(choices_of(anne)), action=f"{choices_of(anne)}/pauze")
    for _ in range(2):
        answer = visitor.post(client, form, until=typed)
        assert answer.status_code == 303
    session.refresh(anne)
    assert anne.paused_until == datetime(2027, 3, 2, 23, 0, tzinfo=UTC)
    shown = visitor.page(client.get(str(answer.location)))
    assert "Vanaf 3 maart 2027 krijg je weer mail" in shown.css_first("[role=status]").text()
    assert "staat in de eerste mail daarna" in shown.css_first("main").text()


def test_a_pause_ends_at_once_by_a_button_and_twice_is_once(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    begin = visitor.form_of(client.get(choices_of(anne)), action=f"{choices_of(anne)}/pauze")
    visitor.post(client, begin, until="3-3-2027")
    end = visitor.form_of(client.get(choices_of(anne)), action=f"{choices_of(anne)}/hervatten")
    answer = visitor.post(client, end)
    session.refresh(anne)
    assert anne.paused_until is None
    assert "Je krijgt weer mail" in visitor.page(client.get(str(answer.location))).css_first(
        "[role=status]").text()
    before = everything(session)
    assert visitor.post(client, end).status_code == 303
    assert everything(session) == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "dag, maand en jaar"),
        ("morgen", "dag, maand en jaar"),
        ("31-2-2027", "dag, maand en jaar"),
        ("<script>1</script>", "dag, maand en jaar"),
        ("9" * 5000, "dag, maand en jaar"),
        ("10-11-2026", "die nog moet komen"),
        ("11-11-2027", "hooguit twaalf maanden"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field_and_kept(
    client: FlaskClient, session: Session, anne: Subscription, typed: str, words: str
) -> None:
    form = visitor.form_of(client.get(choices_of(anne)), action=f"{choices_of(anne)}/pauze")
    before = everything(session)
    answer = visitor.post(client, form, until=typed)
    assert answer.status_code == 400
    assert words in visitor.faults(answer)["until"]
    again = visitor.form_of(answer, action=f"{choices_of(anne)}/pauze")
    assert again.fields["until"] == [typed]
    assert "<script>1" not in answer.get_data(as_text=True)
    assert everything(session) == before


def test_the_day_of_the_example_is_the_last_that_is_taken(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    page = client.get(choices_of(anne))
    assert "10-11-2027" in visitor.page(page).css_first("#until-help").text()
    form = visitor.form_of(page, action=f"{choices_of(anne)}/pauze")
    assert visitor.post(client, form, until="10-11-2027").status_code == 303
    session.refresh(anne)
    assert anne.paused_until is not None


def test_the_fresh_link_goes_by_mail_and_the_answer_is_always_the_same(
    client: FlaskClient, anne: Subscription
) -> None:
    where = f"{choices_of(anne)}/mijn-gegevens"
    form = visitor.form_of(client.get(choices_of(anne)), action=where)
    pages = set()
    for _ in range(5):
        answer = visitor.post(client, form)
        assert answer.status_code == 303
        page = client.get(str(answer.location))
        assert visitor.heading(page) == "Kijk in je mail"
        pages.add(page.get_data(as_text=True))
    assert len(pages) == 1
    assert "half uur" in pages.pop()
    assert len(deliveries(MailKind.MANAGE_LINK)) == 3  # the limit of an hour


def test_the_page_with_the_button_shows_no_address_and_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    before = everything(session)
    answer = client.get(f"{choices_of(anne)}/mijn-gegevens")
    assert visitor.heading(answer) == "Mijn gegevens"
    assert str(anne.subscriber.address) not in answer.get_data(as_text=True)
    assert everything(session) == before


def test_who_left_may_take_it_back_or_ask_for_her_data(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    stop = visitor.form_of(client.get(choices_of(anne)), action=f"{choices_of(anne)}/stoppen")
    visitor.post(client, stop, what="all")
    page = client.get(choices_of(anne))
    assert visitor.heading(page) == "Je bent nu geen abonnee"
    fresh = visitor.form_of(page, action=f"{choices_of(anne)}/mijn-gegevens")
    assert visitor.post(client, fresh).status_code == 303
    assert len(deliveries(MailKind.MANAGE_LINK)) == 1
    back = visitor.form_of(page, action=f"{choices_of(anne)}/terug")
    assert visitor.post(client, back).status_code in (200, 303)
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ACTIVE
    assert visitor.heading(client.get(choices_of(anne))) == "Jouw abonnement"


def test_who_left_cannot_pause_and_is_told_how_it_stands(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    page = client.get(choices_of(anne))
    pause = visitor.form_of(page, action=f"{choices_of(anne)}/pauze")
    visitor.post(client, visitor.form_of(page, action=f"{choices_of(anne)}/stoppen"), what="all")
    before = everything(session)
    answer = visitor.post(client, pause, until="3-3-2027")
    assert visitor.heading(answer) == "Je bent nu geen abonnee"
    assert everything(session) == before


@pytest.mark.parametrize("number", [10_000])
def test_a_post_of_very_many_themes_is_answered_with_words(
    client: FlaskClient, session: Session, anne: Subscription, number: int
) -> None:
    form = visitor.form_of(client.get(choices_of(anne)), action=choices_of(anne))
    many = [f"thema-{i}" for i in range(number)]
    before = everything(session)
    answer = visitor.post(client, form, themes=many)
    assert answer.status_code == 400
    assert "bestaat niet meer" in visitor.faults(answer)["themes"]
    same = visitor.post(client, form, themes=["data"] * number)
    assert same.status_code == 303
    assert len(everything(session)["subscription_themes"]) <= len(before["subscription_themes"])
