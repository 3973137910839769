"""An import judges without a trace, never revives anybody, and carries out each row once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.core import signer
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.extensions import db
from newsletter.subscribers.erase import erase
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.forget_imports import forget_imports
from newsletter.subscribers.import_models import ImportRow, ImportStatus, ReaderImport, Verdict
from newsletter.subscribers.import_queries import get_import, verdicts_of
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.load_import import carry_out_import, drop_import, load_import
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentAct,
    Language,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.queries import consents_of, find_by_address
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.verify_consents import verify_chain_of
from newsletter.subscribers.wordings import current_wording
from newsletter.subscribers.work_import import work_import
from tests.material import NOW, choices, deliveries, reader, sign_up
from tests.subscribers.test_ledger_replay import tables_that_hold

pytestmark = pytest.mark.usefixtures("session")
PROOF = {"source": "Congres van mei", "given_on": "2026-05-20", "wording": "Ja, mail mij."}
NEW = "nieuw@gemeente.example"


def load(content: str, proof: dict[str, str] | None = None) -> ReaderImport:
    account = add_account(email=f"desk{db.session.scalar(text('select random()'))}@x.example",
                          name="Noor", password="een lang wachtwoord",
                          roles=[RoleName.PUBLISHER], now=NOW)
    made, _read = load_import(content.encode(), proof=PROOF if proof is None else proof,
                              account_id=account.id, now=NOW)
    return made


def work(found: ReaderImport, *, at_most: int = 200) -> None:
    while work_import(found.id, at_most=at_most, signer=signer(), now=NOW):
        pass


def judged(content: str, proof: dict[str, str] | None = None) -> list[tuple[Verdict | None, str]]:
    found = load(content, proof)
    work(found)
    assert found.status is ImportStatus.JUDGED
    rows = db.session.scalars(select(ImportRow).where(ImportRow.import_id == found.id)
                              .order_by(ImportRow.number))
    return [(row.verdict, row.detail) for row in rows]


def carried_out(content: str) -> ReaderImport:
    found = load(content)
    work(found)
    carry_out_import(found, account_id=found.loaded_by, now=NOW)
    work(found)
    assert found.status is ImportStatus.DONE
    return found


def active() -> str:
    return str(reader("data").subscriber.address)


def waiting() -> str:
    return str(sign_up("wacht@gemeente.example", choices("data")).subscriber.address)


def left(days: int = 1) -> str:
    one = reader("data")
    leave(one, Leaving.ALL, proof=Proof("preference_page", "/"), now=NOW - timedelta(days=days))
    return str(one.subscriber.address)


def left_and_forgotten() -> str:
    address = left(31)
    forget_former(signer=signer(), now=NOW)
    assert find_by_address(address) is None
    return address


def asked_again_after_leaving() -> str:
    address = left()
    sign_up(address, choices("data"))
    return address


def erased_for_ever() -> str:
    one = reader("data")
    address = str(one.subscriber.address)
    erase(one, never_again=True, keep_salt_months=0, proof=Proof("personal_page", "/"),
          signer=signer(), now=NOW)
    return address


def listed(reason: SuppressionReason) -> Callable[[], str]:
    def make() -> str:
        suppress(signer().address_hashes(NEW)[-1], reason=reason, now=NOW)
        return NEW
    return make


NOT_TAKEN = {
    "a reader": (active, Verdict.ALREADY),
    "one who did not confirm yet": (waiting, Verdict.PENDING),
    "one who left": (left, Verdict.OPTED_OUT),
    "one who left long ago": (left_and_forgotten, Verdict.OPTED_OUT),
    "one who left and was signed up again": (asked_again_after_leaving, Verdict.PENDING),
    "one who was erased and wants no mail": (erased_for_ever, Verdict.NEVER_AGAIN),
    "one who bounced": (listed(SuppressionReason.HARD_BOUNCE), Verdict.BOUNCED),
    "one who complained": (listed(SuppressionReason.COMPLAINT), Verdict.COMPLAINED),
    "one who wants no mail": (listed(SuppressionReason.NEVER_AGAIN), Verdict.NEVER_AGAIN),
}


@pytest.mark.parametrize(("make", "verdict"), NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_nobody_is_revived_or_written_to_who_said_no(
    make: Callable[[], str], verdict: Verdict
) -> None:
    address = make()
    before = _people()
    found = carried_out(f"mail\n{address.upper()}\n")
    assert verdicts_of(found.id) == {verdict: 1}
    assert _people() == before


@pytest.mark.parametrize("make", [left, left_and_forgotten, listed(SuppressionReason.COMPLAINT)])
def test_who_says_no_between_the_two_looks_is_not_taken(make: Callable[[], str]) -> None:
    address = NEW
    found = load(f"mail\n{address}\n")
    work(found)
    assert verdicts_of(found.id) == {Verdict.TAKEN: 1}
    said_no = make()
    row = db.session.get(ImportRow, (found.id, 2))
    assert row is not None
    row.address, row.identity, row.cells = said_no, said_no, {"address": said_no}
    carry_out_import(found, account_id=found.loaded_by, now=NOW)
    before = _people()
    work(found)
    assert Verdict.TAKEN not in verdicts_of(found.id)
    assert _people() == before


@pytest.mark.parametrize(("content", "verdict", "detail"), [
    ("mail\njan", Verdict.BAD_ADDRESS, "no_at"),
    ("mail;naam\n;Noor", Verdict.BAD_ADDRESS, "empty"),
    (f"mail;thema\n{NEW};gebakken lucht", Verdict.BAD_CELL, "themes:unknown"),
    (f"mail;ritme\n{NEW};elk uur", Verdict.BAD_CELL, "cadence:unknown"),
    (f"mail;ritme\n{NEW};week", Verdict.BAD_CELL, "themes:empty"),
    (f"mail;edities\n{NEW};nee", Verdict.BAD_CELL, "cadence:nothing_chosen"),
    (f"mail;taal\n{NEW};fr", Verdict.BAD_CELL, "language:unknown"),
    (f"mail;sector\n{NEW};ruimtevaart", Verdict.BAD_CELL, "sector:unknown_sector"),
    (f"mail;naam\n{NEW};{'x' * 201}", Verdict.BAD_CELL, "name:too_long_words"),
    (f"mail;datum\n{NEW};ooit", Verdict.MISSING_PROOF, "given_on:no_day"),
    (f"mail;datum\n{NEW};11-11-2026", Verdict.MISSING_PROOF, "given_on:to_come"),
    (f"mail;datum\n{NEW};1999-12-31", Verdict.MISSING_PROOF, "given_on:no_such_day"),
    (f"mail;bron\n{NEW};via {NEW}", Verdict.MISSING_PROOF, "source:holds_address"),
    (f"mail;tekst\n{NEW};Ik, {NEW.upper()}, wil mail.", Verdict.MISSING_PROOF,
     "wording:holds_address"),
])
def test_each_row_that_cannot_be_says_why(content: str, verdict: Verdict, detail: str) -> None:
    assert judged(content) == [(verdict, detail)]


@pytest.mark.parametrize("missing", ["source", "given_on", "wording"])
def test_without_source_day_and_wording_nobody_is_taken(missing: str) -> None:
    proof = {name: words for name, words in PROOF.items() if name != missing}
    assert judged(f"mail\n{NEW}", proof) == [(Verdict.MISSING_PROOF, f"{missing}:empty")]


def test_an_address_that_stands_twice_is_taken_once() -> None:
    content = f"mail\n{NEW}\n{NEW.upper()}\nander@gemeente.example\n{NEW}\n"
    assert [verdict for verdict, _ in judged(content)] == [
        Verdict.TAKEN, Verdict.DOUBLE, Verdict.TAKEN, Verdict.DOUBLE]


def test_judging_writes_no_reader_no_consent_and_no_mail() -> None:
    before = _people(), len(deliveries())
    judged(f"mail;naam\n{NEW};Noor\nander@gemeente.example;Jan\n")
    assert (_people(), len(deliveries())) == before


def test_a_reader_is_made_with_her_choices_and_the_proof_and_gets_no_mail() -> None:
    mails = len(deliveries())
    carried_out(f"E-mail;Naam;Thema’s;Ritme;Edities;Taal;Bron;Datum;Tekst\n"
                f"{NEW};Noor;Data, leiderschap;maandelijks;nee;en;Beurs;1-3-2026;Yes, please.\n")
    one = find_by_address(NEW)
    assert one is not None
    assert (one.status, one.confirmed_at, one.receives_editions, one.cadence, one.language) == (
        SubscriptionStatus.ACTIVE, NOW, False, Cadence.MONTHLY, Language.EN)
    assert (len(one.themes), one.subscriber.name) == (2, "Noor")
    ((entry, wording),) = consents_of(one.subscriber_id)
    assert (entry.act, entry.means) == (ConsentAct.GIVEN, "import")
    assert entry.choices["import"] == {"source": "Beurs", "given_on": "2026-03-01"}
    assert wording is not None
    assert (wording.text, wording.is_imported) == ("Yes, please.", True)
    assert verify_chain_of(one.subscriber_id) is None
    assert len(deliveries()) == mails


def test_a_wording_from_elsewhere_is_kept_once_and_never_shown_on_our_forms() -> None:
    shown = current_wording(Language.NL).id
    carried_out("mail\na1@x.example\na2@x.example\n")
    used = db.session.scalars(select(Consent.wording_id).where(Consent.means == "import")).all()
    assert len(used) == 2
    assert len(set(used)) == 1
    assert current_wording(Language.NL).id == shown


def test_no_address_of_the_file_stays_in_the_import() -> None:
    found = carried_out("mail;naam\nxantippe@x.example;Xantippe\nxantippe;Xantippe\n")
    assert tables_that_hold("xantippe") <= {"subscribers"}
    assert [row.subscriber_id is not None for row in db.session.scalars(
        select(ImportRow).where(ImportRow.import_id == found.id).order_by(ImportRow.number)
        .execution_options(populate_existing=True))] == [True, False]


def test_the_same_file_is_loaded_once_unless_it_was_put_aside() -> None:
    content = f"mail\n{NEW}\n"
    first = load(content)
    assert load(content).id == first.id
    drop_import(first, now=NOW)
    assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 0
    assert load(content).id != first.id


def test_who_is_erased_meanwhile_is_not_taken_and_leaves_the_list() -> None:
    one = sign_up("xantippe@x.example", choices("data"))
    found = load("mail\nxantippe@x.example\n")
    erase(one, never_again=False, keep_salt_months=0, proof=Proof("personal_page", "/"),
          signer=signer(), now=NOW)
    assert tables_that_hold("xantippe") == set()
    work(found)
    assert verdicts_of(found.id) == {Verdict.ERASED: 1}


def test_a_list_that_nobody_carries_out_is_gone_after_a_week() -> None:
    found = load("mail\nxantippe@x.example\n")
    work(found)
    assert forget_imports(now=NOW + timedelta(days=7)) == 0
    assert forget_imports(now=NOW + timedelta(days=7, seconds=1)) == 1
    assert found.status is ImportStatus.DROPPED
    assert tables_that_hold("xantippe") == set()


def test_verdicts_are_gone_after_thirteen_months() -> None:
    found = carried_out(f"mail\n{NEW}\n")
    assert forget_imports(now=NOW + timedelta(days=390)) == 0
    assert forget_imports(now=NOW + timedelta(days=400)) == 1
    assert verdicts_of(found.id) == {}
    assert get_import(found.id).rows == 1


def _people() -> list[tuple[object, ...]]:
    rows = db.session.execute(
        select(Subscription.subscriber_id, Subscription.status, Subscriber.address,
               select(func.count()).select_from(Consent)
               .where(Consent.subscriber_id == Subscription.subscriber_id).scalar_subquery())
        .join(Subscriber).order_by(Subscription.subscriber_id))
    return [tuple(row) for row in rows]
