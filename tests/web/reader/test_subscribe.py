"""The sign-up form: what it asks, what it refuses, and what it never tells."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.deliveries.models import MailKind
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentWording,
    Language,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.wordings import current_wording
from tests.material import NOW, deliveries, reader, sign_up, take, waiting
from tests.material import choices as choosing
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")

HOSTILE = (
    "a\r\nBcc: b@gemeente.example",
    "anne\x00@gemeente.example",
    "anne\u202e@gemeente.example",
    "anne\u200b@gemeente.example",
    "<script>alert(1)</script>",
    "' or 1=1 --",
    "{{ 7 * 7 }}@",
    "x" * 10_000 + "@gemeente.example",
    "x@" + "y" * 300 + ".example",
)
OTHER_FIELDS = ("themes", "cadence", "editions", "website", "csrf_token", "wording", "source",
                "name", "organisation", "sector", "compact")


def _form(client: FlaskClient, **query: str) -> visitor.Form:
    return visitor.form_of(client.get("/aanmelden", query_string=query), action="/aanmelden")


def _subscription(session: Session, address: str) -> Subscription:
    """What came of the one sign-up that waited for a worker."""
    assert take() == 1
    found = select(Subscription).join(Subscriber).where(Subscriber.address == address)
    return session.scalars(found).one()


def test_nothing_is_chosen_beforehand(client: FlaskClient) -> None:
    shown = visitor.page(client.get("/aanmelden"))
    assert shown.css("input[checked]") == []
    assert shown.css("option[selected]") == []


def test_the_full_form_asks_for_what_was_chosen_and_mails_a_confirmation(
    client: FlaskClient, session: Session
) -> None:
    answer = visitor.post(
        client, _form(client), address="anne@gemeente.example", editions="y",
        themes=["data", "leiderschap"], cadence="monthly",
    )
    assert (answer.status_code, answer.location) == (303, "/aanmelden/gelukt")
    asked = _subscription(session, "anne@gemeente.example")
    assert asked.status is SubscriptionStatus.PENDING
    assert (asked.receives_editions, asked.cadence) == (True, Cadence.MONTHLY)
    assert len(asked.themes) == 2
    assert [each.kind for each in deliveries()][-1] is MailKind.CONFIRM_SIGNUP


@pytest.mark.parametrize(("local", "words"), [
    ("l" * 70, "Het deel vóór de @ is te lang. Het kan tot 64 tekens zijn."),
    ("ë" * 33, "Een letter als ë telt voor twee."),
    ("l" * 260, "Het kan tot 254 tekens zijn."),
])
def test_an_address_that_is_too_long_names_the_limit_that_it_broke(
    client: FlaskClient, local: str, words: str
) -> None:
    form = visitor.form_of(client.get("/aanmelden"), action="/aanmelden")
    answer = visitor.post(client, form, address=f"{local}@gemeente.nl")
    assert words in visitor.faults(answer)["address"]


def test_faults_stand_at_their_fields_and_in_a_summary_and_the_rest_is_kept(
    client: FlaskClient,
) -> None:
    answer = visitor.post(client, _form(client), address="anne.gemeente.nl", themes=["data"])
    assert answer.status_code == 400
    assert set(visitor.faults(answer)) == {"address", "cadence"}
    shown = visitor.page(answer)
    summary = [link.attributes["href"] for link in shown.css("[role=alert] a")]
    assert summary == ["#address", "#cadence-0"]
    for target in summary:
        assert shown.css_first(str(target)) is not None
    address = shown.css_first("#address")
    assert address.attributes["aria-invalid"] == "true"
    assert "address-fault" in str(address.attributes["aria-describedby"])
    assert shown.css_first("title").text().startswith("Fout: ")
    kept = visitor.form_of(answer, action="/aanmelden").fields
    assert kept["address"] == ["anne.gemeente.nl"]
    assert kept["themes"] == ["data"]


def test_a_digest_without_themes_and_a_sign_up_for_nothing_are_refused_at_the_field(
    client: FlaskClient,
) -> None:
    form = _form(client)
    without = visitor.post(client, form, address="a@gemeente.example", cadence="weekly")
    assert (without.status_code, set(visitor.faults(without))) == (400, {"themes"})
    nothing = visitor.post(client, form, address="a@gemeente.example", cadence="none")
    assert (nothing.status_code, set(visitor.faults(nothing))) == (400, {"cadence"})


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_hostile_address_is_a_fault_at_the_field_and_never_reflected_raw(
    client: FlaskClient, session: Session, typed: str
) -> None:
    answer = visitor.post(client, _form(client), address=typed, editions="y", cadence="none")
    assert answer.status_code == 400
    assert "address" in visitor.faults(answer)
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert waiting() == []


@pytest.mark.parametrize("field", OTHER_FIELDS)
@pytest.mark.parametrize("value", ["\x00\x1f", "‮‮", "x" * 5000, "<svg onload=x>"])
def test_hostile_words_in_any_other_field_never_break_the_page(
    client: FlaskClient, field: str, value: str
) -> None:
    filled = {"address": "a@gemeente.example", "editions": "y", "cadence": "none", field: value}
    answer = visitor.post(client, _form(client), **filled)
    assert answer.status_code in (303, 400)
    assert "<svg onload" not in answer.get_data(as_text=True)


def test_an_enormous_post_is_refused_with_a_page(client: FlaskClient) -> None:
    answer = client.post("/aanmelden", data={"address": "x" * 2_000_000})
    assert answer.status_code == 413
    assert visitor.heading(answer) == "Dat is te veel tekst"


def test_the_answer_is_the_same_for_known_pending_and_unknown_addresses(
    client: FlaskClient,
) -> None:
    known = reader()
    sign_up("pending@gemeente.example", choosing("data"))
    addresses = (known.subscriber.address, "pending@gemeente.example", "nieuw@gemeente.example")
    answers = [
        visitor.post(
            client, _form(client), address=str(address), editions="y", cadence="none"
        )
        for address in addresses
    ]
    assert len({(a.status_code, a.location, a.get_data()) for a in answers}) == 1


def test_a_filled_trap_gets_the_same_answer_and_no_mail(
    client: FlaskClient, session: Session
) -> None:
    answer = visitor.post(
        client, _form(client), address="bot@gemeente.example", editions="y", cadence="none",
        website="https://spam.example",
    )
    assert (answer.status_code, answer.location) == (303, "/aanmelden/gelukt")
    assert waiting() == []


def test_a_post_without_our_form_token_changes_nothing_but_keeps_what_was_typed(
    client: FlaskClient, session: Session
) -> None:
    typed = {"address": "anne@gemeente.example", "editions": "y", "cadence": "none"}
    answer = client.post("/aanmelden", data=typed)
    assert answer.status_code == 400
    assert "Druk nog een keer op de knop" in answer.get_data(as_text=True)
    assert waiting() == []
    again = visitor.form_of(answer, action="/aanmelden")
    assert again.fields["address"] == ["anne@gemeente.example"]
    assert client.post(again.action, data=again.fields).status_code == 303
    assert len(waiting()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elders.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_post_from_another_site_is_refused(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    form = _form(client)
    answer = client.post(
        form.action, headers=headers,
        data=form.filled(address="a@gemeente.example", editions="y", cadence="none"),
    )
    assert answer.status_code == 403


def test_a_post_from_our_own_page_is_taken(client: FlaskClient) -> None:
    form = _form(client)
    answer = client.post(
        form.action, headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        data=form.filled(address="a@gemeente.example", editions="y", cadence="none"),
    )
    assert answer.status_code == 303


def test_the_consent_text_on_the_form_is_the_one_that_the_ledger_keeps(
    client: FlaskClient, session: Session
) -> None:
    answer = client.get("/aanmelden")
    visitor.post(
        client, _form(client), address="anne@gemeente.example", editions="y", cadence="none"
    )
    assert take() == 1
    kept = session.scalars(
        select(ConsentWording).join(Consent, Consent.wording_id == ConsentWording.id)
        .order_by(Consent.id.desc()).limit(1)
    ).one()
    assert kept.text in visitor.page(answer).body.text()


def test_an_old_form_is_kept_with_the_older_text_that_it_showed(
    client: FlaskClient, session: Session
) -> None:
    form = _form(client)
    shown = current_wording(Language.NL)
    session.add(
        ConsentWording(version=shown.version + 1, language=Language.NL, text="Anders.",
                       sha256="0" * 64, since=NOW)
    )
    session.flush()
    visitor.post(client, form, address="anne@gemeente.example")
    assert take() == 1
    kept = session.scalars(select(Consent.wording_id).order_by(Consent.id.desc())).first()
    assert kept == shown.id != current_wording(Language.NL).id


def test_the_english_form_asks_for_english_mails(client: FlaskClient, session: Session) -> None:
    form = _form(client, taal="en")
    assert form.action == "/aanmelden?taal=en"
    answer = visitor.post(
        client, form, address="mary@gemeente.example", editions="y", cadence="none"
    )
    assert answer.location == "/aanmelden/gelukt?taal=en"
    assert _subscription(session, "mary@gemeente.example").language is Language.EN
