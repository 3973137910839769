"""One reader at the desk: found by her whole address, shown masked, and every look recorded."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.core import signer
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.extensions import db
from newsletter.subscribers.erase import erase
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Cadence, ConsentAct
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.web.desk.dossiers import ON_A_PAGE
from tests.material import NOW, choices, reader, sign_up, text_shown
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, heading, page

PATH = "/redactie/lezers"
STRANGER = "nemo@gemeente.example"


def _audit(session: Session, act: str) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.act == act)))


def _seen(publisher: Worker, address: str) -> str:
    answer = publisher.post(PATH, address=address)
    if answer.status_code == 303:
        assert address.partition("@")[0] not in answer.location
        answer = publisher.get(answer.location)
    return answer.get_data(as_text=True)


def test_a_reader_is_found_by_her_address_however_it_is_spelt(
    publisher: Worker, session: Session
) -> None:
    one = reader("data")
    answer = publisher.post(PATH, address=f"  {one.subscriber.address.upper()} ")
    assert (answer.status_code, answer.location) == (303, f"{PATH}/{one.subscriber_id}")
    (entry,) = _audit(session, "find_reader")
    assert entry.subject == f"subscriber:{one.subscriber_id}"
    assert entry.account_id == publisher.account.id


def test_part_of_an_address_finds_nobody_and_no_page_lists_readers(publisher: Worker) -> None:
    one = reader("data")
    answer = publisher.post(PATH, address="reader")
    assert answer.status_code == 400
    assert set(faults(answer)) == {"address"}
    assert page(answer).css_first("#address").attributes["value"] == "reader"
    for path in (PATH, f"{PATH}?zoek=reader"):
        assert str(one.subscriber.address) not in publisher.get(path).get_data(as_text=True)


def test_the_state_of_each_is_said_plainly(publisher: Worker) -> None:
    active, left = reader("data"), reader("data")
    waiting = sign_up("wacht@gemeente.example", choices("data"))
    leave(left, Leaving.ALL, proof=Proof("preference_page", "/voorkeuren"), now=NOW)
    addresses = [str(each.subscriber.address) for each in (active, waiting, left)]
    words = ["Actief", "Wacht op bevestiging", "Gestopt: afgemeld"]
    for address, said in zip(addresses, words, strict=True):
        assert said in _seen(publisher, address)
    assert "Onbekend adres" in _seen(publisher, STRANGER)


@pytest.mark.parametrize(("reason", "words"), [
    (SuppressionReason.HARD_BOUNCE, "bounce"), (SuppressionReason.COMPLAINT, "klacht"),
    (SuppressionReason.NEVER_AGAIN, "nooit meer mail"),
])
def test_a_suppression_is_said_of_readers_and_of_strangers(
    publisher: Worker, reason: SuppressionReason, words: str
) -> None:
    one = reader("data")
    for address in (str(one.subscriber.address), STRANGER):
        suppress(signer().address_hashes(address)[-1], reason=reason, now=NOW)
        assert words in _seen(publisher, address)


def test_who_left_long_ago_is_found_by_what_is_kept_of_her_address(publisher: Worker) -> None:
    one = reader("data")
    address = str(one.subscriber.address)
    leave(one, Leaving.ALL, proof=Proof("preference_page", "/voorkeuren"),
          now=NOW - timedelta(days=31))
    forget_former(signer=signer(), now=NOW)
    assert one.subscriber.address is None
    shown = _seen(publisher, address)
    assert "Dossier zonder adres" in shown
    assert "Gestopt: afgemeld" in shown


def test_who_was_erased_is_not_found_by_her_address(publisher: Worker) -> None:
    one = reader("data")
    address = str(one.subscriber.address)
    erase(one, never_again=False, keep_salt_months=0, proof=Proof("personal_page", "/"),
          signer=signer(), now=NOW)
    assert "Onbekend adres" in _seen(publisher, address)
    shown = publisher.get(f"{PATH}/{one.subscriber_id}").get_data(as_text=True)
    assert "Gestopt: gewist" in shown
    assert "Toon heel adres" not in shown


def test_the_dossier_shows_the_address_masked_until_it_is_asked_with_a_reason(
    publisher: Worker, session: Session
) -> None:
    one = reader("data", "leiderschap")
    address, path = str(one.subscriber.address), f"{PATH}/{one.subscriber_id}"
    assert "Dossier van r…@gemeente.example" in heading(publisher.get(path))
    assert address not in publisher.get(path).get_data(as_text=True)
    refused = publisher.post(f"{path}/adres")
    assert refused.status_code == 400
    assert set(faults(refused)) == {"reason"}
    assert address not in refused.get_data(as_text=True)
    assert _audit(session, "reveal_address") == []
    assert address in publisher.post(f"{path}/adres", reason="trouble").get_data(as_text=True)
    (entry,) = _audit(session, "reveal_address")
    assert entry.subject == f"subscriber:{one.subscriber_id}"
    assert entry.details == {"reason": "trouble"}


def test_no_entry_of_the_audit_trail_holds_an_address(publisher: Worker, session: Session) -> None:
    one = reader("data")
    path = f"{PATH}/{one.subscriber_id}"
    publisher.post(PATH, address=str(one.subscriber.address))
    publisher.post(PATH, address=STRANGER)
    publisher.post(f"{path}/adres", reason="request")
    said = [f"{each.subject} {each.details}" for each in session.scalars(select(AuditEntry))]
    assert len(said) >= 3
    assert not any("@" in words for words in said)


def test_each_consent_is_shown_with_the_text_and_the_chain_as_it_stands(publisher: Worker) -> None:
    one = reader("data")
    shown = page(publisher.get(f"{PATH}/{one.subscriber_id}"))
    text = shown.body.text()
    assert "Toestemming gevraagd" in text
    assert "Toestemming gegeven" in text
    assert "stuur mij het magazine" in shown.css_first("blockquote").text()
    assert "Het bewijs van toestemming is compleet: 2 stappen" in text
    assert "Alle stappen horen aantoonbaar bij dit adres." in text


def test_an_act_without_a_text_says_so(publisher: Worker) -> None:
    one = reader("data")
    path = f"{PATH}/{one.subscriber_id}"
    none = "Geen tekst getoond bij deze handeling."
    assert none not in publisher.get(path).get_data(as_text=True)
    leave(one, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW)
    shown = page(publisher.get(path))
    told = [entry for entry in shown.css("ol.timeline li") if none in entry.text()]
    assert [entry.css_first("h3").text() for entry in told] == ["Toestemming ingetrokken"]
    assert "No text was shown with this act." in publisher.get(f"{path}?taal=en").get_data(
        as_text=True)


def test_a_text_that_was_only_in_force_is_not_shown_as_one_that_stood_there(
    publisher: Worker,
) -> None:
    one = reader("data")
    for act, means in ((ConsentAct.CHANGED, "preference_page"), (ConsentAct.GIVEN, "undo_post")):
        record_consent(one, act, now=NOW, proof=Proof(means, "/x", wording_id=text_shown()))
    db.session.commit()
    shown = page(publisher.get(f"{PATH}/{one.subscriber_id}"))
    said = [each.text().partition(",")[0].strip() for each in shown.css("ol.timeline summary")]
    assert said[:2] == ["Tekst versie 1 gold toen en werd niet getoond"] * 2
    assert said.count("Tekst versie 1") == len(said) - 2 > 0


def test_a_dossier_takes_as_many_questions_for_many_entries_as_for_few(
    publisher: Worker, session: Session
) -> None:
    one = reader("data")
    few = _questions(publisher, one.subscriber_id)
    for number in range(30):
        one.cadence = Cadence.WEEKLY if number % 2 else Cadence.MONTHLY
        record_consent(one, ConsentAct.CHANGED, proof=Proof("preference_page", "/"), now=NOW)
    assert _questions(publisher, one.subscriber_id) == few


def _questions(publisher: Worker, subscriber_id: int) -> int:
    db.session.commit()
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert publisher.get(f"{PATH}/{subscriber_id}").status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(asked)


def test_a_long_history_is_shown_in_pages(publisher: Worker) -> None:
    one = reader("data")
    for _ in range(ON_A_PAGE):
        record_consent(one, ConsentAct.CHANGED, proof=Proof("preference_page", "/"), now=NOW)
    path = f"{PATH}/{one.subscriber_id}"
    for asked in ("", "?pagina=1", "?pagina=0", "?pagina=x", f"?pagina={'9' * 40}"):
        shown = publisher.get(f"{path}{asked}").get_data(as_text=True)
        assert "Keuzes gewijzigd" in shown
        assert "Toestemming gevraagd" not in shown
    for asked in ("2", "99", "9999999999"):
        assert "Toestemming gevraagd" in publisher.get(f"{path}?pagina={asked}").get_data(
            as_text=True)


@pytest.mark.parametrize("number", [0, 999_999, 10**30])
def test_a_number_that_is_nobodys_is_not_found(publisher: Worker, number: int) -> None:
    for path in (f"{PATH}/{number}", f"{PATH}/{number}/mail/1", f"{PATH}/{number}/mail/1/html"):
        assert publisher.get(path).status_code == 404
    assert publisher.post(f"{PATH}/{number}/adres", reason="request").status_code == 404


def test_looking_changes_nothing(publisher: Worker, session: Session) -> None:
    one = reader("data")
    session.commit()
    before = len(session.scalars(select(AuditEntry)).all())
    for path in (PATH, f"{PATH}/{one.subscriber_id}", f"{PATH}/{one.subscriber_id}/adres"):
        assert publisher.get(path).status_code == 200
    assert len(session.scalars(select(AuditEntry)).all()) == before
