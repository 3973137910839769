"""What a leaver may have instead, once it has been done (W03)."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.subscribers.models import (
    Cadence,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.pause import moment_of_return
from newsletter.web.reader.offers import pause_day
from tests.material import NOW, reader
from tests.web import visitor
from tests.web.reader.leaver import ONE_CLICK, leave_all, link, manage, offered, press_back

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of editions and of two themes every week."""
    return reader("data", "leiderschap")


def test_nothing_less_is_offered_before_the_leaving_is_done(
    client: FlaskClient, anne: Subscription
) -> None:
    assert offered(client.get(link(anne))) == {}
    assert "minder" not in client.get(link(anne)).get_data(as_text=True)
    assert set(offered(leave_all(client, anne))) == {
        "as_it_was", "monthly", "editions", "themes", "pause",
    }


def test_a_month_in_place_of_a_week_keeps_the_magazine(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    left = leave_all(client, anne)
    assert offered(left)["monthly"] == (
        "Stuur mij het magazine en elke maand een mail over mijn thema’s"
    )
    answer = press_back(client, left, instead="monthly")
    assert "Elke maand" in answer.get_data(as_text=True)
    session.refresh(anne)
    assert (anne.receives_editions, anne.cadence) == (True, Cadence.MONTHLY)
    assert len(anne.themes) == 2


def test_the_magazine_alone_can_stay(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    press_back(client, leave_all(client, anne), instead="editions")
    session.refresh(anne)
    assert (anne.receives_editions, anne.cadence) == (True, Cadence.NONE)


def test_a_pause_lasts_until_the_day_that_stood_on_the_button(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    left = leave_all(client, anne)
    assert offered(left)["pause"] == "Geef mij pauze tot 10 februari 2027"
    with time_machine.travel(NOW + timedelta(hours=20), tick=False):
        answer = press_back(client, left, instead="pause")
    assert "Vanaf 10 februari 2027 krijg je weer mail" in answer.get_data(as_text=True)
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ACTIVE
    assert anne.paused_until == moment_of_return(date(2027, 2, 10))


@pytest.mark.parametrize("until", ["", "nee", "2026-11-10", "2031-01-01", "0000-00-00"])
def test_a_day_that_no_page_of_ours_showed_is_not_taken(
    client: FlaskClient, session: Session, anne: Subscription, until: str
) -> None:
    press_back(client, leave_all(client, anne), instead="pause", until=until)
    session.refresh(anne)
    assert anne.paused_until == moment_of_return(date(2027, 2, 10))


@pytest.mark.parametrize(
    ("today", "day"),
    [("2026-11-30", "2027-02-28"), ("2027-11-30", "2028-02-29"), ("2026-01-31", "2026-04-30"),
     ("2026-12-01", "2027-03-01")],
)
def test_three_months_on_ends_within_the_month(today: str, day: str) -> None:
    assert pause_day(datetime.fromisoformat(f"{today}T12:00:00+00:00")).isoformat() == day


def test_fewer_themes_gives_back_what_was_and_goes_on_to_the_choices(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    answer = press_back(client, leave_all(client, anne), instead="themes")
    assert (answer.status_code, answer.headers["Location"]) == (303, manage(anne))
    assert visitor.heading(client.get(answer.headers["Location"])) == "Jouw abonnement"
    session.refresh(anne)
    assert len(anne.themes) == 2


def test_only_what_she_had_and_has_no_longer_is_offered(
    client: FlaskClient, session: Session
) -> None:
    editions = reader(cadence=Cadence.NONE)
    assert set(offered(leave_all(client, editions))) == {"as_it_was", "pause"}
    monthly = reader("data", cadence=Cadence.MONTHLY, editions=False)
    assert set(offered(leave_all(client, monthly))) == {"as_it_was", "editions", "pause"}
    both = reader("data", "leiderschap")
    client.post(link(both), data=ONE_CLICK)
    assert set(offered(client.get(link(both)))) == {"as_it_was", "monthly", "themes", "pause"}
