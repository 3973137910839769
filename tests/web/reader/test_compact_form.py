"""The compact form of the home page and of an edition: one address, and every edition."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentWording,
    Subscriber,
    Subscription,
)
from tests.material import take, waiting
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")


def _subscription(session: Session, address: str) -> Subscription:
    """What came of the one sign-up that waited for a worker."""
    assert take() == 1
    found = select(Subscription).join(Subscriber).where(Subscriber.address == address)
    return session.scalars(found).one()


def test_the_compact_form_on_the_home_page_asks_for_every_edition(
    client: FlaskClient, session: Session
) -> None:
    form = visitor.form_of(client.get("/"), action="/aanmelden")
    answer = visitor.post(client, form, address="bas@gemeente.example")
    assert answer.status_code == 303
    asked = _subscription(session, "bas@gemeente.example")
    assert (asked.receives_editions, asked.cadence) == (True, Cadence.NONE)


def test_a_fault_on_the_compact_form_opens_the_full_one_with_the_address_kept(
    client: FlaskClient,
) -> None:
    form = visitor.form_of(client.get("/"), action="/aanmelden")
    answer = visitor.post(client, form, address="geen adres")
    assert answer.status_code == 400
    assert "met een @" in visitor.faults(answer)["address"]
    assert visitor.form_of(answer, action="/aanmelden").fields["address"] == ["geen adres"]


@pytest.mark.parametrize("page", ["/", "/edities/14-2"])
def test_the_compact_form_shows_the_consent_text_and_the_ledger_names_its_page(
    client: FlaskClient, session: Session, page: str
) -> None:
    answer = client.get(page)
    form = visitor.form_of(answer, action="/aanmelden")
    assert visitor.post(client, form, address="bas@gemeente.example").status_code == 303
    assert take() == 1
    asked, wording = session.execute(
        select(Consent, ConsentWording)
        .join(ConsentWording, Consent.wording_id == ConsentWording.id)
        .order_by(Consent.id.desc())
        .limit(1)
    ).one()
    assert asked.source_page == page
    assert wording.text in visitor.page(answer).body.text()


def test_a_source_page_that_a_stranger_made_up_is_refused(
    client: FlaskClient, session: Session
) -> None:
    form = visitor.form_of(client.get("/"), action="/aanmelden")
    answer = visitor.post(client, form, address="bas@gemeente.example", compact="/elders")
    assert answer.status_code == 400
    assert waiting() == []
    # Nor does the page that answers carry it on as ours.
    again = visitor.form_of(answer, action="/aanmelden")
    assert visitor.post(client, again).status_code == 303
    assert [each.source_page for each in waiting()] == ["/aanmelden"]


def test_after_a_fault_on_the_compact_form_only_the_address_is_left_to_mend(
    client: FlaskClient, session: Session
) -> None:
    form = visitor.form_of(client.get("/"), action="/aanmelden")
    answer = visitor.post(client, form, address="bas")
    again = visitor.form_of(answer, action="/aanmelden")
    assert "editions" not in again.fields
    assert visitor.post(client, again, address="bas@gemeente.example").status_code == 303
    assert [each.source_page for each in waiting()] == ["/"]
    asked = _subscription(session, "bas@gemeente.example")
    assert (asked.receives_editions, asked.cadence) == (True, Cadence.NONE)
