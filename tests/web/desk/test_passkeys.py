"""Passkeys at the desk: added, named, used and removed, and every lie that a browser may tell."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.ask_passkey import LIFETIME, ask_passkey, site_of
from newsletter.accounts.audit import Origin
from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.begin_session import begin_session
from newsletter.accounts.check_passkey import check_passkey
from newsletter.accounts.models import RoleName
from newsletter.accounts.passkey_models import Passkey, PasskeyChallenge, PasskeyPurpose
from newsletter.accounts.passkey_queries import passkeys_of
from newsletter.accounts.session_queries import FRESH, open_sessions
from tests.material import NOW
from tests.passkeys import LIES, PRESENT, SoftKey, ids_in
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.desk.test_second_factor import LOGIN, SCHEDULE
from tests.web.visitor import faults, heading, page

PATH = "/redactie/mijn-account/passkeys"
DOOR = f"{LOGIN}/passkey"
STALE = NOW + FRESH + timedelta(minutes=1)


def ask(worker: Worker, purpose: str) -> Any:
    answer = worker.post(f"/redactie/mijn-account/passkey/{purpose}")
    assert answer.status_code == 200
    return answer.get_json()


def add(worker: Worker, key: SoftKey, name: str = "Mijn bos", **lies: Any) -> Any:
    made = key.make(ask(worker, "add"), **lies)
    return worker.post(PATH, name=name, passkey=made)


def kept(session: Session, act: str) -> list[dict[str, Any]]:
    session.expire_all()
    return list(session.scalars(select(AuditEntry.details).where(AuditEntry.act == act)))


@pytest.fixture
def key(editor: Worker) -> SoftKey:
    """A passkey of the editor's."""
    made = SoftKey()
    assert add(editor, made).status_code == 303
    return made


def test_a_passkey_is_added_named_and_listed_and_ends_other_sessions(
    editor: Worker, session: Session
) -> None:
    begin_session(editor.account.id, origin=Origin("192.0.2.9", "Elsewhere"), now=NOW)
    assert add(editor, SoftKey()).status_code == 303
    shown = editor.get(PATH)
    assert "Mijn bos" in shown.get_data(as_text=True)
    (one,) = passkeys_of(editor.account.id)
    renamed = editor.post(f"/redactie/passkeys/{one.id}/naam", name="Telefoon")
    assert renamed.status_code == 303
    session.expire_all()
    assert one.name == "Telefoon"
    assert [left.program for left in open_sessions(editor.account.id, now=NOW)] == ["Browser"]
    assert kept(session, "add_passkey") == kept(session, "name_passkey") == [{"passkey": one.id}]
    assert "Je hebt één passkey." in editor.get("/redactie/mijn-account").get_data(as_text=True)


def test_what_is_offered_asks_for_its_owner_and_leaves_out_what_there_is(
    editor: Worker, key: SoftKey
) -> None:
    offered = ask(editor, "add")
    assert offered["rp"]["id"] == "localhost"
    assert offered["authenticatorSelection"]["userVerification"] == "required"
    assert ids_in(offered, "excludeCredentials") == [key.credential_id]
    assert ask(editor, "confirm")["userVerification"] == "required"


@pytest.mark.parametrize("name", [" ", "x" * 61, "stuur\u202eom"])
def test_a_name_that_cannot_be_is_told_at_its_field_and_adds_nothing(
    editor: Worker, name: str
) -> None:
    refused = add(editor, SoftKey(), name=name)
    assert (refused.status_code, set(faults(refused))) == (400, {"name"})
    assert passkeys_of(editor.account.id) == []


@pytest.mark.parametrize("lies", [
    {"origin": "https://localhost.elders.example"}, {"origin": "http://localhost:81"},
    {"host": "elders.example"}, {"kind": "webauthn.get"}, {"flags": PRESENT}, {"flags": 0},
    {"challenge": "AAAA"}])
def test_a_passkey_that_is_made_elsewhere_or_by_nobody_is_not_added(
    editor: Worker, lies: dict[str, Any]
) -> None:
    assert add(editor, SoftKey(), **lies).status_code == 400
    assert passkeys_of(editor.account.id) == []


@pytest.mark.parametrize("nonsense", [
    "", "{}", "[]", "null", "x" * 20_000, "[" * 5_000, '{"id": 1, "rawId": []}',
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {
        "clientDataJSON": "AA", "attestationObject": "AA", "authenticatorData": "AA",
        "signature": "AA"}})])
def test_nonsense_adds_nothing_and_lets_nobody_in(
    editor: Worker, key: SoftKey, nonsense: str
) -> None:
    assert editor.post(PATH, name="Mijn", passkey=nonsense).status_code == 400
    with time_machine.travel(STALE, tick=False):
        answer = editor.post(SCHEDULE, second_factor_passkey=nonsense)
    assert (answer.status_code, heading(answer)) == (403, "Bevestig dat jij het bent")
    assert len(passkeys_of(editor.account.id)) == 1


def test_passkeys_come_and_go_with_a_fresh_second_factor_alone(
    editor: Worker, key: SoftKey
) -> None:
    (one,) = passkeys_of(editor.account.id)
    with time_machine.travel(STALE, tick=False):
        assert add(editor, SoftKey()).status_code == 403
        assert editor.post(f"/redactie/passkeys/{one.id}/weg").status_code == 403
    assert list(passkeys_of(editor.account.id)) == [one]


def test_the_same_answer_adds_nothing_twice_and_nothing_for_another(
    editor: Worker, session: Session
) -> None:
    soft = SoftKey()
    made = soft.make(ask(editor, "add"))
    assert editor.post(PATH, name="Een", passkey=made).status_code == 303
    assert editor.post(PATH, name="Twee", passkey=made).status_code == 400
    again = add(editor, soft)
    assert "is er al" in again.get_data(as_text=True)
    assert len(passkeys_of(editor.account.id)) == 1


def test_what_has_weight_goes_on_with_a_passkey(
    editor: Worker, key: SoftKey, session: Session
) -> None:
    with time_machine.travel(STALE, tick=False):
        asked = editor.post(SCHEDULE, day="morgen")
        assert page(asked).css_first("form[data-passkey=get]") is not None
        signed = key.sign(ask(editor, "confirm"))
        done = editor.post(SCHEDULE, day="morgen", second_factor_passkey=signed)
        assert heading(done) != "Bevestig dat jij het bent"
        replayed = editor.post(PATH, name="x", passkey="", second_factor_passkey=signed)
        assert replayed.status_code == 400  # it is fresh now, and needs no answer
    assert {"by": "passkey"} in kept(session, "confirm")
    (one,) = passkeys_of(editor.account.id)
    assert (one.sign_count, one.used_at) == (1, STALE)


@pytest.mark.parametrize("lies", LIES.values(), ids=LIES)
def test_no_lie_confirms_anything_and_each_is_kept(
    editor: Worker, key: SoftKey, session: Session, lies: dict[str, Any]
) -> None:
    passkeys_of(editor.account.id)[0].sign_count = 7
    session.commit()
    with time_machine.travel(STALE, tick=False):
        signed = key.sign(ask(editor, "confirm"), **{"count": 8, **lies})
        assert editor.post(SCHEDULE, second_factor_passkey=signed).status_code == 403
    (refusal,) = kept(session, "passkey_refused")
    assert refusal["reason"] in ("not_right", "no_challenge")
    assert passkeys_of(editor.account.id)[0].sign_count == 7


def test_an_answer_is_good_once_in_its_time_and_for_its_purpose(
    editor: Worker, key: SoftKey, session: Session
) -> None:
    with time_machine.travel(STALE, tick=False):
        early = ask(editor, "confirm")
        to_add = ask(editor, "add")
        used = key.sign(ask(editor, "confirm"))
        editor.post(SCHEDULE, second_factor_passkey=used)
    later = STALE + FRESH + timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        for old in (key.sign(early), key.sign(to_add), used):
            assert editor.post(SCHEDULE, second_factor_passkey=old).status_code == 403
        assert ask(editor, "confirm")
    assert {one["reason"] for one in kept(session, "passkey_refused")} == {"no_challenge"}
    assert later - STALE > LIFETIME
    assert session.scalars(select(PasskeyChallenge)).all()[0].until > later  # the old ones went


def test_an_answer_to_confirm_does_not_log_in(
    app: Flask, editor: Worker, key: SoftKey, session: Session
) -> None:
    site = site_of("http://localhost")
    assert site is not None
    asked = json.loads(ask_passkey(editor.account.id, PasskeyPurpose.CONFIRM, site=site, now=NOW))
    assert check_passkey(editor.account.id, key.sign(asked), purpose=PasskeyPurpose.LOG_IN,
                         site=site, now=NOW) == "no_challenge"


def test_a_passkey_of_another_account_confirms_nothing(
    editor: Worker, session: Session
) -> None:
    other = add_account(email="bo@redactie.example", name="Bo", password=None,
                        roles=[RoleName.EDITOR], now=NOW)
    soft = SoftKey()
    assert add(editor, soft).status_code == 303
    passkeys_of(editor.account.id)[0].account_id = other.id
    session.commit()
    with time_machine.travel(STALE, tick=False):
        signed = soft.sign(ask(editor, "confirm"))
        assert editor.post(SCHEDULE, second_factor_passkey=signed).status_code == 403
    assert kept(session, "passkey_refused") == [{"reason": "unknown"}]


def test_a_removed_passkey_opens_nothing_and_the_app_stays(
    editor: Worker, key: SoftKey, session: Session
) -> None:
    (one,) = passkeys_of(editor.account.id)
    assert editor.post(f"/redactie/passkeys/{one.id}/weg").status_code == 303
    with time_machine.travel(STALE, tick=False):
        signed = key.sign(ask(editor, "confirm"))
        assert editor.post(SCHEDULE, second_factor_passkey=signed).status_code == 403
    session.expire_all()
    assert editor.account.tf_primary_method is not None
    assert passkeys_of(editor.account.id) == []
    assert len(kept(session, "remove_passkey")) == 1


@pytest.mark.parametrize("act", ["naam", "weg"])
def test_nobody_touches_a_passkey_of_another(
    editor: Worker, key: SoftKey, make_worker: MakeWorker, session: Session, act: str
) -> None:
    (one,) = passkeys_of(editor.account.id)
    one.account_id = add_account(email="bo@redactie.example", name="Bo", password=None,
                                 roles=[RoleName.EDITOR], now=NOW).id
    session.commit()
    assert editor.post(f"/redactie/passkeys/{one.id}/{act}", name="Van mij").status_code == 404
    assert editor.post(f"/redactie/passkeys/{2**70}/{act}").status_code == 404
    session.expire_all()
    assert one.name == "Mijn bos"


def test_an_account_has_ten_passkeys_at_most(editor: Worker, session: Session) -> None:
    for number in range(10):
        session.add(Passkey(account_id=editor.account.id, credential_id=bytes([number]),
                            public_key=b"x", sign_count=0, transports=[], name=f"{number}",
                            added_at=NOW, used_at=None))
    session.commit()
    assert add(editor, SoftKey()).status_code == 400
    assert "tien passkeys" in editor.get(PATH).get_data(as_text=True)


@pytest.mark.parametrize(("address", "origin"), [
    ("https://ingovernment.example", "https://ingovernment.example"),
    ("http://localhost:8000", "http://localhost:8000"),
    ("http://127.0.0.1:8000", None), ("http://[::1]:8000", None)])
def test_the_site_of_a_passkey_is_that_of_the_settings(address: str, origin: str | None) -> None:
    site = site_of(address)
    assert (site.origin if site else None) == origin


def test_a_wrong_answer_uses_up_the_challenge_to_add_one(editor: Worker, session: Session) -> None:
    offered, key = ask(editor, "add"), SoftKey()
    for origin in ("https://elders.example", None):
        made = key.make(offered, **({"origin": origin} if origin else {}))
        assert editor.post(PATH, name="Mijn bos", passkey=made).status_code == 400
        session.expire_all()
        assert session.scalars(select(PasskeyChallenge)).all() == []
    assert passkeys_of(editor.account.id) == []
