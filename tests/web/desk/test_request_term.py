"""More time for a request under the AVG: once, in time, with the letter that says why."""

from datetime import date

from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.extensions import db
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.record_consent import Proof
from tests.material import NOW, reader
from tests.web.desk.conftest import Worker
from tests.web.desk.test_requests_page import audit, only, opened
from tests.web.visitor import faults, page


def test_a_request_is_extended_once_and_in_time_with_the_letter_for_the_reader(
    publisher: Worker, session: Session
) -> None:
    one = reader("data")
    path = opened(publisher, one.subscriber_id, received_on="30-10-2026")
    for because in ("", "  ", "vraag het noor@x.example", "x" * 501):
        answer = publisher.post(f"{path}/verlengen", because=because)
        assert (answer.status_code, set(faults(answer))) == (400, {"because"})
    assert only(session).extended_at is None
    why = "Je gegevens staan ook in een oud bestand."
    assert publisher.post(f"{path}/verlengen", because=why).status_code == 303
    made = only(session)
    assert (made.due_on, made.extended_at) == (date(2027, 1, 30), NOW)
    shown = page(publisher.get(path))
    letter = shown.css_first("section[aria-labelledby=letter] blockquote").text()
    assert "Op vrijdag 30 oktober 2026 kregen we je verzoek over je gegevens." in letter
    assert why in letter
    assert "Je krijgt uiterlijk op zaterdag 30 januari 2027 antwoord." in letter
    assert not shown.css("section[aria-labelledby=extend]")
    assert audit(session, "extend_request").details == {"due_on": "2027-01-30"}
    assert publisher.post(f"{path}/verlengen", because=why).status_code == 409
    erase(db.session.get_one(Subscription, one.subscriber_id), never_again=False,
          keep_salt_months=0, proof=Proof("desk_request", "desk"), signer=signer(), now=NOW)
    assert only(session).extended_because == ""


def test_after_its_last_day_a_request_is_not_extended_any_more(
    publisher: Worker, session: Session
) -> None:
    path = opened(publisher, None, received_on="9-10-2026")  # due yesterday
    assert not page(publisher.get(path)).css("section[aria-labelledby=extend]")
    assert publisher.post(f"{path}/verlengen", because="Te druk.").status_code == 409
    assert only(session).due_on == date(2026, 11, 9)
