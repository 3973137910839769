"""The pages of one's own data: who, address, mails and consents; only with the fresh link."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import AddressChange, Sector, Subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests.material import NOW, deliveries, reader
from tests.web import visitor
from tests.web.reader.life import Life, choices_of, data_of, everything, rich_life

pytestmark = pytest.mark.usefixtures("now")
PAGES = ("", "/adres", "/adres?gevraagd=1", "/mails", "/mails?pagina=2", "/wissen", "/bewijs.json",
         "/gegevens.json", "/gegevens.zip")


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


def test_opening_any_page_of_her_data_changes_nothing(
    client: FlaskClient, session: Session, life: Life
) -> None:
    page = data_of(life.subscription)
    mail = f"/mail/{life.mails[MailKind.EDITION]}"
    before = everything(session)
    for where in (*PAGES, mail, f"{mail}/html"):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert client.open(f"{page}{where}", method=method).status_code == 200, where
        assert everything(session) == before, where


def test_the_address_is_masked_and_the_details_are_shown(
    client: FlaskClient, life: Life
) -> None:
    answer = client.get(data_of(life.subscription))
    words = answer.get_data(as_text=True)
    assert str(life.subscription.subscriber.address) not in words
    assert "r…@gemeente.example" in words
    form = visitor.form_of(answer, action=data_of(life.subscription))
    assert form.fields["name"] == ["Anne de Vries"]
    assert form.fields["sector"] == ["gemeente"]


def test_details_are_kept_as_typed_and_empty_takes_away(
    client: FlaskClient, session: Session, life: Life
) -> None:
    page, person = data_of(life.subscription), life.subscription.subscriber
    form = visitor.form_of(client.get(page), action=page)
    answer = visitor.post(client, form, name="  Anna  Smit ", organisation="", sector="rijk")
    assert answer.status_code == 303
    session.refresh(person)
    assert (person.name, person.organisation, person.sector) == ("Anna Smit", None, Sector.RIJK)
    assert "Bewaard" in visitor.page(client.get(str(answer.location))).css_first(
        "[role=status]").text()
    before = everything(session)
    visitor.post(client, form, name="Anna Smit", organisation="", sector="rijk")
    assert everything(session) == before


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"name": "Anne\u202e"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"organisation": "a\x07b"}, "organisation"),
        ({"sector": "koningshuis"}, "sector"),
        ({"name": "x" * 100_000}, "name"),
    ],
)
def test_details_that_cannot_be_are_refused_at_their_field(
    client: FlaskClient, session: Session, anne: Subscription, filled: dict[str, str], field: str
) -> None:
    form = visitor.form_of(client.get(data_of(anne)), action=data_of(anne))
    before = everything(session)
    answer = visitor.post(client, form, **filled)
    assert answer.status_code == 400
    assert set(visitor.faults(answer)) == {field}
    assert everything(session) == before


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "{{ 7*7 }}", "'; drop table x--"])
def test_hostile_words_come_back_as_words(
    client: FlaskClient, anne: Subscription, words: str
) -> None:
    form = visitor.form_of(client.get(data_of(anne)), action=data_of(anne))
    answer = visitor.post(client, form, name=words, organisation=words)
    shown = client.get(str(answer.location))
    again = visitor.form_of(shown, action=data_of(anne))
    assert again.fields["name"] == [words]
    assert "<script>alert" not in shown.get_data(as_text=True)


def ask(client: FlaskClient, subscription: Subscription, typed: str) -> str:
    """Ask for another address; the words of the page that comes of it."""
    page = data_of(subscription)
    form = visitor.form_of(client.get(page), action=f"{page}/adres")
    answer = visitor.post(client, form, address=typed)
    assert answer.status_code == 303
    return client.get(str(answer.location)).get_data(as_text=True)


def test_asking_for_another_address_says_the_same_whatever_that_address_is(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    other = reader("data")
    session.commit()
    known = ask(client, anne, str(other.subscriber.address))
    assert known == ask(client, anne, "onbekend@elders.example")
    assert "Kijk in je mail op het nieuwe adres" in known
    assert "zeven dagen" in known
    assert len(deliveries(MailKind.CONFIRM_ADDRESS)) == 2


def test_asking_twice_for_the_same_address_leaves_the_mailed_link_good(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    assert ask(client, anne, "anne@thuis.example") == ask(client, anne, "anne@thuis.example")
    assert len(deliveries(MailKind.CONFIRM_ADDRESS)) == 1
    assert session.scalar(select(func.count()).select_from(AddressChange)) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Vul je e-mailadres in"), ("anne", "met een @"), ("a\u0000b@x.example", ""),
     ("OWN", "krijg je onze mail al"), ("x" * 400 + "@x.example", "te lang")],
)
def test_an_address_that_cannot_be_is_refused_at_its_field(
    client: FlaskClient, session: Session, anne: Subscription, typed: str, words: str
) -> None:
    page = data_of(anne)
    form = visitor.form_of(client.get(page), action=f"{page}/adres")
    before = everything(session)
    own = str(anne.subscriber.address).upper()
    answer = visitor.post(client, form, address=typed.replace("OWN", own))
    assert answer.status_code in (400, 404)
    if answer.status_code == 400:
        assert words in visitor.faults(answer)["address"]
    assert everything(session) == before


def test_the_link_of_a_mailing_or_of_another_reader_opens_no_data(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    before = everything(session)
    for purpose in set(Purpose) - {Purpose.PERSONAL}:
        token = signer().make(purpose, anne.subscriber_id, issued_at=NOW)
        for where in PAGES:
            assert client.get(f"/mijn-gegevens/{token}{where}").status_code == 404
        for where in ("", "/adres", "/wissen"):
            answer = client.post(f"/mijn-gegevens/{token}{where}")
            assert answer.status_code in (400, 404)
    personal = data_of(anne).rpartition("/")[2]
    for where in ("", "/pauze", "/mijn-gegevens"):
        assert client.get(f"/voorkeuren/{personal}{where}").status_code == 404
    assert everything(session) == before


def test_a_form_of_one_reader_does_nothing_for_another(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    bas = reader("data")
    session.commit()
    before = everything(session)
    for where in ("", "/adres", "/wissen"):
        shown = client.get(f"{data_of(anne)}{'' if where == '/adres' else where}")
        form = visitor.form_of(shown, action=f"{data_of(anne)}{where}")
        filled = form.filled(name="Eva", address="eva@thuis.example")
        assert client.post(f"{data_of(bas)}{where}", data=filled).status_code == 400
    assert everything(session) == before


def test_after_half_an_hour_the_link_offers_another(
    client: FlaskClient, anne: Subscription
) -> None:
    assert client.get(data_of(anne, minutes_ago=29)).status_code == 200
    late = data_of(anne, minutes_ago=32)
    for where in PAGES:
        answer = client.get(f"{late}{where}")
        assert answer.status_code == 410
        assert "werkt een half uur" in answer.get_data(as_text=True)
        assert visitor.form_of(answer, action="/mijn-link")
    form = visitor.form_of(client.get(data_of(anne)), action=data_of(anne))
    assert client.post(late, data=form.fields).status_code == 410


def test_a_link_of_before_a_change_of_address_opens_nothing(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    old = data_of(anne), choices_of(anne)
    anne.link_nonce += 1
    session.commit()
    for page in old:
        answer = client.get(page)
        assert answer.status_code == 410
        assert "Het adres van dit abonnement is veranderd" in answer.get_data(as_text=True)


def test_who_left_sees_her_data_and_can_change_nothing_of_it(
    client: FlaskClient, session: Session, life: Life
) -> None:
    page = data_of(life.subscription)
    shown = client.get(page)
    forms = [visitor.form_of(shown, action=f"{page}{where}") for where in ("", "/adres")]
    leave(life.subscription, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    session.commit()
    before = everything(session)
    for form in forms:
        visitor.post(client, form, name="Eva", address="eva@thuis.example")
        assert everything(session) == before
    words = client.get(page).get_data(as_text=True)
    assert "Je bent nu geen abonnee" in words
    assert "Verander mijn adres" not in words
    assert "Anne de Vries" in words
    for where in PAGES:
        assert client.get(f"{page}{where}").status_code == 200


def test_the_pages_speak_the_language_of_the_reader(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    form = visitor.form_of(client.get(choices_of(anne)), action=choices_of(anne))
    visitor.post(client, form, language="en")
    for where in ("", "/mails", "/wissen"):
        page = visitor.page(client.get(f"{data_of(anne)}{where}"))
        assert page.css_first("html").attributes["lang"] == "en"
