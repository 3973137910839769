"""The preference page: what a mailed link may see and change."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    Language,
    MailFormat,
    Subscription,
    SubscriptionStatus,
)
from newsletter.tokens import Purpose
from tests.material import choices, reader, sign_up
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of two themes."""
    subscription = reader("data", "leiderschap")
    session.commit()  # a refused post rolls back to here
    return subscription


def address_of(subscription: Subscription) -> str:
    """The address of a subscription's preference page."""
    return f"/voorkeuren/{signer().make(Purpose.MANAGE, subscription.subscriber_id)}"


def test_the_page_shows_the_choices_as_they_stand_and_changes_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    before = session.scalar(select(func.count()).select_from(Consent))
    answer = client.get(address_of(anne))
    fields = visitor.form_of(answer, action=address_of(anne)).fields
    assert fields["themes"] == ["data", "leiderschap"]
    assert (fields["cadence"], fields["editions"]) == (["weekly"], ["y"])
    assert str(anne.subscriber.address) not in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(Consent)) == before


def test_choices_are_kept_and_the_page_says_so(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    form = visitor.form_of(client.get(address_of(anne)), action=address_of(anne))
    answer = visitor.post(
        client, form, themes=["data"], cadence="monthly", language="nl", plain="y"
    )
    assert answer.status_code == 303
    session.refresh(anne)
    assert (anne.cadence, anne.format) == (Cadence.MONTHLY, MailFormat.TEXT)
    assert len(anne.themes) == 1
    saved = client.get(str(answer.location))
    assert "Je volgt nu één thema" in visitor.page(saved).css_first("[role=status]").text()


def test_choosing_english_turns_the_page_english(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    form = visitor.form_of(client.get(address_of(anne)), action=address_of(anne))
    answer = visitor.post(client, form, language="en")
    session.refresh(anne)
    assert anne.language is Language.EN
    assert visitor.heading(client.get(str(answer.location))) == "Your subscription"
    assert visitor.heading(client.get(address_of(anne))) == "Your subscription"


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"themes": [], "cadence": "weekly"}, "themes"),
        ({"themes": ["geen-thema"]}, "themes"),
        ({"cadence": "hourly"}, "cadence"),
        ({"cadence": "none", "editions": []}, "cadence"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(
    client: FlaskClient,
    session: Session,
    anne: Subscription,
    filled: dict[str, str | list[str]],
    field: str,
) -> None:
    form = visitor.form_of(client.get(address_of(anne)), action=address_of(anne))
    answer = visitor.post(client, form, **filled)
    assert answer.status_code == 400
    assert set(visitor.faults(answer)) == {field}
    session.refresh(anne)
    assert (anne.cadence, anne.receives_editions) == (Cadence.WEEKLY, True)


@pytest.mark.parametrize(
    ("what", "left"), [("digests", (True, False)), ("editions", (False, True)), ("all", None)]
)
def test_stopping_takes_one_button_and_says_what_is_left(
    client: FlaskClient,
    session: Session,
    anne: Subscription,
    what: str,
    left: tuple[bool, bool] | None,
) -> None:
    stop = f"{address_of(anne)}/stoppen"
    form = visitor.form_of(client.get(address_of(anne)), action=stop)
    answer = visitor.post(client, form, what=what)
    heading = "Dat is gestopt" if left else "Je bent afgemeld"
    assert (answer.status_code, visitor.heading(answer)) == (200, heading)
    session.refresh(anne)
    if left is None:
        assert anne.status is SubscriptionStatus.ENDED
    else:
        assert (anne.receives_editions, anne.cadence is not Cadence.NONE) == left
    assert visitor.post(client, form, what=what).status_code == 200


def test_who_has_stopped_or_not_yet_confirmed_is_told_what_to_do(
    client: FlaskClient, anne: Subscription
) -> None:
    stop = f"{address_of(anne)}/stoppen"
    visitor.post(
        client, visitor.form_of(client.get(address_of(anne)), action=stop), what="all"
    )
    assert visitor.heading(client.get(address_of(anne))) == "Je bent nu geen abonnee"
    pending = sign_up("piet@gemeente.example", choices("data"))
    assert visitor.heading(client.get(address_of(pending))) == "Bevestig eerst"


def test_a_form_token_of_one_reader_does_not_serve_another(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    bas = reader("data")
    form = visitor.form_of(client.get(address_of(anne)), action=address_of(anne))
    answer = client.post(address_of(bas), data=form.filled(cadence="monthly"))
    assert answer.status_code == 400
    session.refresh(bas)
    assert bas.cadence is Cadence.WEEKLY


def test_an_altered_link_offers_to_mail_a_new_one(client: FlaskClient) -> None:
    for address in ("/voorkeuren/nee", "/voorkeuren/nee/stoppen", "/afmelden/nee"):
        method = "POST" if address.endswith("stoppen") else "GET"
        answer = client.open(address, method=method)
        assert answer.status_code == 404 or (method == "POST" and answer.status_code == 404)
        assert visitor.form_of(answer, action="/mijn-link")


def test_pages_behind_a_link_are_not_kept_indexed_or_passed_on(
    client: FlaskClient, anne: Subscription
) -> None:
    for address in (address_of(anne), "/voorkeuren/nee", "/bevestigen/nee", "/afmelden/nee"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "noindex" in headers["X-Robots-Tag"]


def test_a_stop_button_that_stood_open_too_long_says_so_and_stops_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    stop = f"{address_of(anne)}/stoppen"
    form = visitor.form_of(client.get(address_of(anne)), action=stop)
    answer = client.post(stop, data={"what": "all", "csrf_token": "old"})
    assert answer.status_code == 400
    shown = visitor.page(answer)
    assert "Je bent nog niet afgemeld" in shown.css_first("[role=alert]").text()
    assert shown.css_first("title").text().startswith("Fout: ")
    session.refresh(anne)
    assert anne.status is SubscriptionStatus.ACTIVE
    again = visitor.form_of(answer, action=stop)
    assert visitor.heading(visitor.post(client, again, what="all")) == "Je bent afgemeld"
    assert client.post(stop, data={"what": "all"}).status_code == 200
    assert form.action == again.action


def test_the_title_says_that_choices_were_kept(client: FlaskClient, anne: Subscription) -> None:
    form = visitor.form_of(client.get(address_of(anne)), action=address_of(anne))
    saved = client.get(str(visitor.post(client, form).location))
    assert visitor.page(saved).css_first("title").text().startswith("Bewaard: ")


def test_a_fault_in_a_group_is_marked_for_a_screen_reader(
    client: FlaskClient, anne: Subscription
) -> None:
    form = visitor.form_of(client.get(address_of(anne)), action=address_of(anne))
    shown = visitor.page(visitor.post(client, form, cadence="hourly"))
    assert shown.css_first("fieldset[aria-invalid=true][aria-describedby~=cadence-fault]")
    shown = visitor.page(visitor.post(client, form, themes=[]))
    assert shown.css_first("input[name=themes][aria-invalid=true]")


def test_the_page_after_stopping_one_kind_leads_back_to_the_choices(
    client: FlaskClient, anne: Subscription
) -> None:
    stop = f"{address_of(anne)}/stoppen"
    answer = visitor.post(
        client, visitor.form_of(client.get(address_of(anne)), action=stop), what="digests"
    )
    assert address_of(anne) in visitor.links(answer)
    assert visitor.heading(client.get(stop)) == "Jouw abonnement"
