"""Asking for one's link: the same answer for everyone, a mail for readers."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.subscribers.change_address import ask_change, confirm_change
from newsletter.tokens import Purpose
from tests.material import NOW, deliveries, reader, take
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")


def test_a_reader_gets_a_mail_and_a_stranger_sees_the_same(
    client: FlaskClient, session: Session
) -> None:
    anne = reader()
    answers = []
    for address in (str(anne.subscriber.address), "vreemd@gemeente.example"):
        form = visitor.form_of(client.get("/mijn-link"), action="/mijn-link")
        answers.append(visitor.post(client, form, address=address))
    assert len({(a.status_code, a.location, a.get_data()) for a in answers}) == 1
    assert answers[0].location == "/mijn-link/verstuurd"
    assert deliveries(MailKind.MANAGE_LINK) == []
    assert take() == 2
    (mail,) = deliveries(MailKind.MANAGE_LINK)
    assert mail.subscriber_id == anne.subscriber_id


def test_the_page_tells_who_was_just_mailed_that_nothing_new_comes(
    client: FlaskClient, session: Session
) -> None:
    anne = reader()
    change = ask_change(anne, "nieuw@provincie.example", signer=signer(), now=NOW)
    confirm_change(signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=NOW),
                   signer=signer(), now=NOW)
    session.commit()
    form = visitor.form_of(client.get("/mijn-link"), action="/mijn-link")
    answer = visitor.post(client, form, address="nieuw@provincie.example")
    assert take() == 1
    # The mail that the new side confirmed was this hour's (W05).
    assert deliveries(MailKind.MANAGE_LINK) == []
    words = visitor.page(client.get(str(answer.location))).css_first("main p.lead").text()
    assert "Kreeg je dit uur al een mail over je abonnement" in words
    assert "gebruik dan de link daarin of probeer het over een uur" in words
    # And that is true: the mail of the change holds a link to her choices.
    assert len(deliveries(MailKind.WELCOME)) == 1


def test_a_bad_address_is_a_fault_at_the_field(client: FlaskClient) -> None:
    form = visitor.form_of(client.get("/mijn-link"), action="/mijn-link")
    answer = visitor.post(client, form, address="anne")
    assert (answer.status_code, set(visitor.faults(answer))) == (400, {"address"})
    empty = visitor.post(client, form, address="")
    assert visitor.faults(empty)["address"].endswith("Vul je e-mailadres in.")
