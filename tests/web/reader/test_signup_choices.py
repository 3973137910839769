"""What the sign-up form takes: one needed field, and whatever else she cares to say."""

import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscribers.models import Cadence, Sector, Subscriber, Subscription
from tests.material import take, waiting
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")

ADDRESS = "anne@gemeente.example"


def _form(client: FlaskClient) -> visitor.Form:
    return visitor.form_of(client.get("/aanmelden"), action="/aanmelden")


def _asked(session: Session) -> Subscription:
    assert take() == 1
    return session.scalars(
        select(Subscription).join(Subscriber).where(Subscriber.address == ADDRESS)
    ).one()


def test_only_the_address_is_needed_and_all_else_is_said_to_be_free(client: FlaskClient) -> None:
    shown = visitor.page(client.get("/aanmelden"))
    assert [field.attributes["id"] for field in shown.css("main [required]")] == ["address"]
    for name in ("name", "organisation", "sector"):
        assert "(niet verplicht)" in shown.css_first(f"label[for={name}]").text()
    for name, kind in (("name", "name"), ("organisation", "organization")):
        assert shown.css_first(f"#{name}").attributes["autocomplete"] == kind
    offered = [option.attributes["value"] for option in shown.css("#sector option")]
    assert offered == ["", *Sector]


def test_an_address_alone_asks_for_every_edition_as_the_page_says_beforehand(
    client: FlaskClient, session: Session
) -> None:
    answer = client.get("/aanmelden")
    button = visitor.page(answer).css_first("main form button")
    said = visitor.page(answer).css_first(f"#{button.attributes['aria-describedby']}").text()
    assert said == "Kies je hierboven niets, dan vraag je elke editie van het magazine aan."
    form = visitor.form_of(answer, action="/aanmelden")
    assert visitor.post(client, form, address=ADDRESS).status_code == 303
    asked = _asked(session)
    assert (asked.receives_editions, asked.cadence, asked.themes) == (True, Cadence.NONE, [])


def test_editions_alone_need_no_answer_to_how_often(
    client: FlaskClient, session: Session
) -> None:
    answer = visitor.post(client, _form(client), address=ADDRESS, editions="y")
    assert answer.status_code == 303
    asked = _asked(session)
    assert (asked.receives_editions, asked.cadence) == (True, Cadence.NONE)


@pytest.mark.parametrize("editions", [{}, {"editions": "y"}])
def test_themes_without_how_often_are_a_fault_at_that_question(
    client: FlaskClient, editions: dict[str, str]
) -> None:
    answer = visitor.post(client, _form(client), address=ADDRESS, themes=["data"], **editions)
    assert answer.status_code == 400
    (fault,) = visitor.faults(answer).items()
    assert fault == ("cadence", "Fout: Kies hoe vaak je een mail wilt.")
    assert visitor.form_of(answer, action="/aanmelden").fields["themes"] == ["data"]
    assert waiting() == []


def test_a_digest_alone_does_not_bring_the_editions(
    client: FlaskClient, session: Session
) -> None:
    visitor.post(client, _form(client), address=ADDRESS, themes=["data"], cadence="weekly")
    asked = _asked(session)
    assert (asked.receives_editions, asked.cadence) == (False, Cadence.WEEKLY)


def test_name_organisation_and_sector_are_kept_as_she_typed_them(
    client: FlaskClient, session: Session
) -> None:
    visitor.post(
        client, _form(client), address=ADDRESS, name="  Anne  de Vries ",
        organisation="Gemeente ’t Eiland", sector="gemeente",
    )
    kept = _asked(session).subscriber
    assert (kept.name, kept.organisation) == ("Anne de Vries", "Gemeente ’t Eiland")
    assert kept.sector is Sector.GEMEENTE


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "Anne\u202edeirV", "Er staat een teken in"),
        ("organisation", "Gemeente\x00", "Er staat een teken in"),
        ("name", "x" * 201, "Dit is te lang"),
        ("organisation", "x" * 300_000, "Dit is te lang"),
        ("sector", "koninkrijk", "Kies een sector"),
        ("cadence", "elk uur", "Kies hoe vaak"),
        ("themes", "geen-thema", "bestaat niet meer"),
    ],
)
def test_what_cannot_be_kept_is_a_fault_at_its_field_and_the_rest_stays(
    client: FlaskClient, field: str, typed: str, said: str
) -> None:
    answer = visitor.post(
        client, _form(client), **{"address": ADDRESS, "editions": "y", field: typed}
    )
    assert answer.status_code == 400
    faults = visitor.faults(answer)
    assert set(faults) == {field} | ({"cadence"} if field == "themes" else set())
    assert said in faults[field]
    kept = visitor.form_of(answer, action="/aanmelden").fields
    assert (kept["address"], kept["editions"]) == ([ADDRESS], ["y"])
    assert waiting() == []


@pytest.mark.parametrize("filler", ["data", "geen-thema", "x" * 30])
def test_ten_thousand_themes_get_a_quick_answer_that_a_person_understands(
    client: FlaskClient, session: Session, filler: str
) -> None:
    form = _form(client)
    begun = time.perf_counter()
    answer = visitor.post(
        client, form, address=ADDRESS, themes=[filler] * 10_000, cadence="weekly"
    )
    assert time.perf_counter() - begun < 2
    if filler == "data":
        assert answer.status_code == 303
        assert len(_asked(session).themes) == 1
    else:
        assert answer.status_code == 400
        assert "bestaat niet meer" in visitor.faults(answer)["themes"]
        assert len(answer.get_data()) < 100_000


def test_ten_thousand_parts_of_a_post_are_refused_with_a_page(client: FlaskClient) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="themes"\r\n\r\ndata\r\n'
    answer = client.post(
        "/aanmelden", data=part * 10_000 + "--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert visitor.heading(answer) == "Dat is te veel tekst"


def test_nothing_is_chosen_beforehand_after_a_fault_either(client: FlaskClient) -> None:
    answer = visitor.post(client, _form(client), address="anne")
    assert answer.status_code == 400
    assert visitor.page(answer).css("input[checked], option[selected]:not([value=''])") == []
