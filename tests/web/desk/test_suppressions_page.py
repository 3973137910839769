"""The suppression list at the desk: figures, one address, adding, and lifting where W07 allows."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.core import signer
from newsletter.deliveries.models import Suppression
from newsletter.deliveries.suppress import SuppressionReason, find_reason, suppress
from newsletter.subscribers.models import SubscriptionStatus
from tests.material import NOW, reader
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

PATH = "/redactie/stoplijst"
ADDRESS = "nemo@gemeente.example"
ASKED = {"address": ADDRESS, "asked_on": "10-11-2026", "is_hers": "y"}


def listed(reason: SuppressionReason, address: str = ADDRESS, *, days: int = 5) -> None:
    suppress(signer().address_hashes(address)[-1], reason=reason, now=NOW - timedelta(days=days))


def reason_of(address: str = ADDRESS) -> SuppressionReason | None:
    return find_reason(signer().address_hashes(address))


def test_the_page_counts_by_reason_and_shows_no_code(publisher: Worker, session: Session) -> None:
    assert "nog niemand op de stoplijst" in publisher.get(PATH).get_data(as_text=True)
    for number in range(3):
        listed(SuppressionReason.HARD_BOUNCE, f"{number}@x.example", days=number)
    listed(SuppressionReason.COMPLAINT)
    shown = page(publisher.get(PATH))
    rows = [[cell.text().strip() for cell in row.css("th, td")] for row in shown.css("tbody tr")]
    assert [row[1:] for row in rows] == [
        ["3", "8 november 2026", "10 november 2026"], ["1", "5 november 2026", "5 november 2026"]]
    for row in session.scalars(select(Suppression.address_hash)):
        assert row not in shown.html


def test_one_address_is_looked_up_and_that_is_recorded(
    publisher: Worker, session: Session
) -> None:
    listed(SuppressionReason.COMPLAINT)
    assert "klacht" in page(publisher.post(PATH, address=ADDRESS.upper())).css_first(
        ".notice.mind").text()
    assert "staat niet op" in publisher.post(PATH, address="een@ander.example").get_data(
        as_text=True)
    assert set(faults(publisher.post(PATH, address="nemo"))) == {"look_up"}
    found = session.scalars(select(AuditEntry).where(AuditEntry.act == "find_suppression")).all()
    assert [entry.details for entry in found] == [{"found": "complaint"}, {"found": None}]


def test_a_stranger_is_added_and_stays_there(publisher: Worker, session: Session) -> None:
    for _ in range(2):
        assert publisher.post(f"{PATH}/erbij", address=ADDRESS).status_code == 303
    assert reason_of() is SuppressionReason.NEVER_AGAIN
    assert set(faults(publisher.post(f"{PATH}/erbij", address="x"))) == {"never"}


def test_adding_a_reader_ends_her_subscription(publisher: Worker, session: Session) -> None:
    one = reader("data")
    publisher.post(f"{PATH}/erbij", address=str(one.subscriber.address))
    session.expire_all()
    assert one.status is SubscriptionStatus.ENDED
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "never_write")).one()
    assert entry.subject == f"subscriber:{one.subscriber_id}"


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_it_is_lifted_at_the_readers_own_written_request(
    publisher: Worker, session: Session, reason: SuppressionReason
) -> None:
    listed(reason)
    assert publisher.post(f"{PATH}/eraf", **ASKED).status_code == 303
    assert reason_of() is None
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "lift_suppression")).one()
    assert entry.details == {"asked_on": "2026-11-10", "reason": reason.value}


@pytest.mark.parametrize(("change", "field"), [
    ({"is_hers": ""}, "is_hers"), ({"asked_on": ""}, "asked_on"),
    ({"asked_on": "4-11-2026"}, "asked_on"), ({"asked_on": "11-11-2026"}, "asked_on"),
    ({"address": "een@ander.example"}, "lift"), ({"address": ""}, "lift"),
])
def test_without_a_request_of_hers_after_it_nothing_is_lifted(
    publisher: Worker, change: dict[str, str], field: str
) -> None:
    listed(SuppressionReason.COMPLAINT)
    answer = publisher.post(f"{PATH}/eraf", **{**ASKED, **change})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert reason_of() is SuppressionReason.COMPLAINT


def test_lifting_makes_nobody_a_reader_again(publisher: Worker, session: Session) -> None:
    one = reader("data")
    address = str(one.subscriber.address)
    publisher.post(f"{PATH}/erbij", address=address)
    publisher.post(f"{PATH}/eraf", **{**ASKED, "address": address})
    session.expire_all()
    assert one.status is SubscriptionStatus.ENDED


def test_the_figures_are_counted_by_an_index(session: Session) -> None:
    session.execute(text("set local enable_seqscan = off"))
    plan = session.scalars(text(
        "explain select reason, count(*), min(created_at), max(created_at) from suppressions"
        " group by reason")).all()
    assert "ix_suppressions_reason_created_at" in "\n".join(plan)
