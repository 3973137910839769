"""The button confirms what the page beside it says, and the page says all that becomes hers."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.subscribers import choices as chosen
from newsletter.subscribers import details as said
from newsletter.subscribers.confirm import question_of
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    Language,
    Sector,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.queries import find_by_address
from tests import material
from tests.digests.theme_hands import merge
from tests.material import NOW, choices, confirm_token
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")
ADDRESS = "anna@gemeente.example"
WISH = {"name": "Anna", "organisation": "Gemeente Zeeburg", "sector": "gemeente",
        "themes": ["data"], "cadence": "monthly"}


def sign_up(client: FlaskClient, **wish: str | list[str]) -> TestResponse:
    """What anybody can do with her address; what comes of it when a worker has taken it."""
    form = visitor.form_of(client.get("/aanmelden"), action="/aanmelden")
    answer = visitor.post(client, form, address=ADDRESS, **wish)
    material.take()
    return answer


@pytest.fixture
def anna(client: FlaskClient, session: Session) -> Subscription:
    """Somebody who was mailed what she filled in."""
    sign_up(client, **WISH)
    found = find_by_address(ADDRESS)
    assert found is not None
    session.commit()
    return found


def facts(answer: TestResponse) -> dict[str, str]:
    """What the page says is asked, by what it is called."""
    rows = visitor.page(answer).css("dl.facts > div")
    return {row.css_first("dt").text(): " ".join(row.css_first("dd").text().split())
            for row in rows}


def acts(session: Session, subscription: Subscription) -> list[str]:
    return [str(act) for act in session.scalars(
        select(Consent.act).where(Consent.subscriber_id == subscription.subscriber_id)
        .order_by(Consent.id))]


def at(subscription: Subscription) -> str:
    return f"/bevestigen/{confirm_token(subscription)}"


def test_the_page_shows_what_was_filled_in_and_what_was_chosen(
    client: FlaskClient, anna: Subscription
) -> None:
    shown = facts(client.get(at(anna)))
    assert shown["E-mailadres"] == "a…@gemeente.example"
    assert (shown["Naam"], shown["Organisatie"], shown["Waar je werkt"]) == (
        "Anna", "Gemeente Zeeburg", "Gemeente")
    assert (shown["Het magazine"], shown["Thema’s"]) == ("Nee", "Data")
    assert shown["Mail over je thema’s"].startswith("Elke maand")
    english = facts(client.get(f"{at(anna)}?taal=en"))
    assert (english["Name"], english["Organisation"], english["Where you work"]) == (
        "Anna", "Gemeente Zeeburg", "Municipality")


def test_what_was_not_filled_in_takes_no_line(client: FlaskClient, session: Session) -> None:
    sign_up(client, themes=["data"], cadence="monthly", organisation="<b>Zeeburg</b>")
    asked = find_by_address(ADDRESS)
    assert asked is not None
    shown = facts(client.get(at(asked)))
    assert "Naam" not in shown
    assert "Waar je werkt" not in shown
    assert shown["Organisatie"] == "<b>Zeeburg</b>"


def test_after_the_button_the_link_tells_no_name_any_more(
    client: FlaskClient, anna: Subscription
) -> None:
    answer = visitor.post(client, visitor.form_of(client.get(at(anna)), action=at(anna)))
    for page in (answer, client.get(at(anna))):
        assert "Anna" not in page.get_data(as_text=True)
        assert facts(page)["Thema’s"] == "Data"


def test_what_we_know_of_a_former_reader_stands_on_no_mailed_page(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    anna.confirmed_at = NOW - timedelta(days=9)
    session.flush()
    assert "Naam" not in facts(client.get(at(anna)))


def test_a_stranger_who_signs_her_up_otherwise_while_her_page_is_open_changes_nothing(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    opened = client.get(at(anna))
    answer = sign_up(client, name="X", organisation="Y", sector="anders", editions="y",
                     themes=["data", "leiderschap", "smart-city"], cadence="weekly")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/aanmelden/gelukt")
    assert facts(client.get(at(anna))) == facts(opened)
    done = visitor.post(client, visitor.form_of(opened, action=at(anna)))
    assert (done.status_code, visitor.heading(done)) == (200, "Je bent abonnee")
    session.refresh(anna)
    assert chosen.of(anna) == choices("data", cadence=Cadence.MONTHLY, editions=False)
    assert said.of(anna.subscriber) == Details("Anna", "Gemeente Zeeburg", Sector.GEMEENTE)
    assert acts(session, anna) == ["asked", "asked", "given"]
    given = session.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
    assert (given.choices["themes"], given.choices["cadence"]) == (["data"], "monthly")


def test_a_page_that_no_longer_says_what_is_asked_is_shown_anew_and_gives_nothing(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    form = visitor.form_of(client.get(at(anna)), action=at(anna))
    merge("data", "leiderschap", at=NOW)
    session.commit()
    told = visitor.post(client, form)
    assert (told.status_code, visitor.heading(told)) == (409, "Nog één klik")
    page = visitor.page(told)
    (notice,) = page.css("main [role=alert]")
    assert {"autofocus", "tabindex"} <= set(notice.attributes)
    assert notice.css_first("h2").text() == "Dit is intussen veranderd"
    assert notice.attributes["aria-labelledby"] == notice.css_first("h2").attributes["id"]
    assert page.css_first("title").text().startswith("Veranderd: ")
    assert facts(told)["Thema’s"] == "Leiderschap"
    session.refresh(anna)
    assert anna.status is SubscriptionStatus.PENDING
    assert acts(session, anna) == ["asked"]
    again = visitor.post(client, visitor.form_of(told, action=at(anna)))
    assert (again.status_code, facts(again)["Thema’s"]) == (200, "Leiderschap")
    assert acts(session, anna) == ["asked", "given"]


def test_the_word_at_the_top_is_in_the_language_that_is_asked_now(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    form = visitor.form_of(client.get(at(anna)), action=at(anna))
    anna.language = Language.EN
    session.commit()
    told = visitor.post(client, form)
    assert told.status_code == 409
    page = visitor.page(told)
    assert page.css_first("[role=alert] h2").text() == "This has changed in the meantime"
    assert page.css_first("title").text().startswith("Changed: ")


def test_a_post_that_does_not_say_what_was_shown_in_our_own_words_gives_nothing(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    form = visitor.form_of(client.get(at(anna)), action=at(anna))
    for question in ("", "x", "é", "WyJ4Il0.aaaa.bbbb", question_of(anna), form.fields["wording"]):
        assert visitor.post(client, form, question=question).status_code == 409
    del form.fields["question"]
    assert visitor.post(client, form).status_code == 409
    session.refresh(anna)
    assert anna.status is SubscriptionStatus.PENDING
    assert acts(session, anna) == ["asked"]


def test_a_page_that_stood_open_too_long_says_both_that_and_what_changed(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    form = visitor.form_of(client.get(at(anna)), action=at(anna))
    told = visitor.post(client, form, csrf_token="")
    assert (told.status_code, "intussen veranderd" in told.get_data(as_text=True)) == (400, False)
    merge("data", "leiderschap", at=NOW)
    session.commit()
    told = visitor.post(client, form, csrf_token="")
    assert told.status_code == 400
    assert len(visitor.page(told).css("main [autofocus]")) == 1
    assert "Dit is intussen veranderd" in told.get_data(as_text=True)


def test_a_page_that_was_opened_before_she_chose_otherwise_does_no_harm(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    form = visitor.form_of(client.get(at(anna)), action=at(anna))
    assert visitor.post(client, form).status_code == 200
    anna.cadence = Cadence.WEEKLY
    session.flush()
    again = visitor.post(client, form)
    assert (again.status_code, visitor.heading(again)) == (200, "Je bent abonnee")
    assert acts(session, anna) == ["asked", "given"]


def test_a_newer_mail_ends_the_page_of_the_older_one(
    client: FlaskClient, session: Session, anna: Subscription
) -> None:
    form = visitor.form_of(client.get(at(anna)), action=at(anna))
    material.sign_up(ADDRESS, choices("leiderschap"), now=NOW + timedelta(hours=1))
    session.commit()
    assert visitor.post(client, form).status_code == 410
    assert acts(session, anna) == ["asked", "asked"]
