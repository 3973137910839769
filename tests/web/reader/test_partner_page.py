"""A partner's page: our form, offered by an association that never sees who subscribed."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.partners.models import Partner
from newsletter.subscribers.models import Consent
from tests.material import NOW, take, waiting
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")

ADDRESS = "anne@gemeente.example"
PAGE = "/p/vdp"


NEVER_SEES = "krijgt je e-mailadres en je keuzes nooit te zien"


def test_the_page_of_who_publishes_the_magazine_says_so_and_what_the_address_is_for(
    client: FlaskClient,
) -> None:
    shown = visitor.page(client.get(PAGE))
    (line,) = shown.css(".partner-line")
    assert line.text() == "Aangeboden door Vereniging Directeuren Publieksdiensten"
    assert line.parent.parent.parent.tag == "header"
    assert "geeft het magazine uit en gebruikt je e-mailadres alleen" in shown.body.text()
    assert NEVER_SEES not in shown.body.text()  # it answers for the data
    assert shown.css("img, iframe, script[src^=http]") == []


def test_the_page_of_another_association_says_that_it_never_sees_the_address(
    client: FlaskClient, session: Session
) -> None:
    session.add(Partner(slug="ander", name="Ander", site="https://ander.example",
                        sentence_nl="Is er.", sentence_en="Is."))
    session.flush()
    shown = visitor.page(client.get("/p/ander"))
    assert NEVER_SEES in shown.body.text()
    assert "Ook Ander niet." in visitor.page(client.get("/p/ander/insluiten")).body.text()
    assert "Ook Ver" not in visitor.page(client.get("/p/vdp/insluiten")).body.text()


def test_a_sign_up_on_it_is_in_the_ledger_with_the_partners_page(
    client: FlaskClient, session: Session
) -> None:
    form = visitor.form_of(client.get(PAGE), action=PAGE)
    answer = visitor.post(client, form, address=ADDRESS, editions="y")
    assert (answer.status_code, answer.location) == (303, "/aanmelden/gelukt")
    assert take() == 1
    assert session.scalars(select(Consent.source_page).order_by(Consent.id.desc())).first() == PAGE


def test_what_is_wrong_is_shown_on_the_same_page_and_then_mended(client: FlaskClient) -> None:
    form = visitor.form_of(client.get(PAGE), action=PAGE)
    answer = visitor.post(client, form, address="anne", name="Anne")
    assert answer.status_code == 400
    assert set(visitor.faults(answer)) == {"address"}
    assert len(visitor.page(answer).css(".partner-line")) == 1
    again = visitor.form_of(answer, action=PAGE)
    assert again.fields["name"] == ["Anne"]
    assert visitor.post(client, again, address=ADDRESS).status_code == 303
    assert [each.source_page for each in waiting()] == [PAGE]


def test_it_speaks_english_too(client: FlaskClient) -> None:
    form = visitor.form_of(client.get(PAGE, query_string={"taal": "en"}), action=PAGE)
    assert form.action == f"{PAGE}?taal=en"
    answer = visitor.post(client, form, address=ADDRESS)
    assert answer.location == "/aanmelden/gelukt?taal=en"
    assert "Dutch association of directors" in client.get(f"{PAGE}?taal=en").get_data(as_text=True)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", ["/p/{}", "/p/{}/insluiten"])
@pytest.mark.parametrize("slug", ["niemand", "gestopt", "VDP", "x" * 2000, "%F0%9F", "vdp%20"])
def test_an_unknown_or_retired_partner_leads_to_our_own_form(
    client: FlaskClient, session: Session, slug: str, page: str, method: str
) -> None:
    session.add(
        Partner(slug="gestopt", name="Gestopt", site="https://gestopt.example", sentence_nl="Was.",
                sentence_en="Was.", retired_at=NOW)
    )
    session.flush()
    answer = client.open(page.format(slug), method=method)
    if method == "POST" and page.endswith("insluiten"):
        assert answer.status_code == 405
        return
    assert answer.status_code == 404
    assert visitor.heading(answer) == "Deze partner is er niet"
    assert "/aanmelden" in visitor.links(answer)


def test_a_page_that_a_stranger_signed_himself_is_not_named_in_the_ledger(
    client: FlaskClient,
) -> None:
    form = visitor.form_of(client.get(PAGE), action=PAGE)
    assert visitor.post(client, form, address=ADDRESS, source="/elders").status_code == 303
    assert [each.source_page for each in waiting()] == [PAGE]
