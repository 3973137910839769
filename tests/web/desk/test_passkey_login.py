"""A passkey as the second step of the login, and what cannot be one."""

from typing import Any

import cbor2
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.models import Account, RoleName
from newsletter.accounts.passkey_models import Passkey
from newsletter.accounts.passkey_queries import passkeys_of
from newsletter.accounts.session_queries import open_sessions
from tests.material import NOW
from tests.passkeys import LIES, SoftKey, ids_in
from tests.second_factor import equip
from tests.web.desk.conftest import MakeWorker
from tests.web.desk.test_passkeys import kept
from tests.web.desk.test_second_factor import EMAIL, LOGIN, PASSWORD, give_password, is_in
from tests.web.visitor import form_of, page

DOOR = f"{LOGIN}/passkey"


@pytest.fixture
def noor(session: Session, now: None) -> Account:
    made = equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                             roles=[RoleName.EDITOR], now=NOW))
    session.commit()
    return made


@pytest.fixture
def hers(noor: Account, session: Session) -> SoftKey:
    """A passkey of Noor's, who is not logged in."""
    soft = SoftKey()
    key = soft.key.public_key().public_numbers()
    public = {1: 2, 3: -7, -1: 1, -2: key.x.to_bytes(32, "big"), -3: key.y.to_bytes(32, "big")}
    session.add(Passkey(account_id=noor.id, credential_id=soft.credential_id, sign_count=0,
                        public_key=cbor(public), transports=["internal", "martian"],
                        name="Telefoon", added_at=NOW, used_at=None))
    session.commit()
    return soft


def cbor(value: Any) -> bytes:
    return bytes(cbor2.dumps(value))


def press(client: FlaskClient, path: str, **fields: str) -> Any:
    """Post with the form token of the page that asks the second step."""
    form = form_of(client.get(f"{LOGIN}/code"), action=f"{LOGIN}/code")
    return client.post(path, data={"csrf_token": form.filled()["csrf_token"], **fields})


def test_a_passkey_is_the_second_step_of_a_login(
    client: FlaskClient, noor: Account, hers: SoftKey, session: Session
) -> None:
    assert "data-passkey" not in client.get(LOGIN).get_data(as_text=True)
    asked = client.get(give_password(client).location)
    assert page(asked).css_first("form[data-passkey=get]") is not None
    options = press(client, f"{DOOR}/opgave").get_json()
    assert ids_in(options) == [hers.credential_id]
    assert not is_in(client)
    signed = hers.sign(options)
    done = press(client, f"{DOOR}?next=/redactie/jaarplan", passkey=signed)
    assert (done.status_code, done.location) == (303, "/redactie/jaarplan")
    assert is_in(client)
    assert len(kept(session, "log_in")) == 1


@pytest.mark.parametrize("asked", ["https://elders.example/", "//elders.example/", "/", ""])
def test_a_login_by_passkey_leads_to_the_desk_alone(
    client: FlaskClient, hers: SoftKey, asked: str
) -> None:
    give_password(client)
    signed = hers.sign(press(client, f"{DOOR}/opgave").get_json())
    assert press(client, f"{DOOR}?next={asked}", passkey=signed).location == "/redactie/"


@pytest.mark.parametrize("lies", LIES.values(), ids=LIES)
def test_no_lie_logs_in_and_the_code_still_does(
    client: FlaskClient, noor: Account, hers: SoftKey, session: Session, lies: dict[str, Any]
) -> None:
    passkeys_of(noor.id)[0].sign_count = 7
    session.commit()
    give_password(client)
    signed = hers.sign(press(client, f"{DOOR}/opgave").get_json(), **{"count": 8, **lies})
    refused = press(client, DOOR, passkey=signed)
    assert refused.location.startswith(f"{LOGIN}/code")
    assert "De passkey klopte niet" in client.get(refused.location).get_data(as_text=True)
    assert not is_in(client)
    assert len(kept(session, "passkey_refused")) == 1


def test_the_passkeys_door_is_nothing_without_the_password(
    client: FlaskClient, noor: Account, hers: SoftKey
) -> None:
    for path in (DOOR, f"{DOOR}/opgave"):
        token = form_of(client.get(LOGIN), action=LOGIN).filled()["csrf_token"]
        assert client.post(path, data={"csrf_token": token}).status_code == 404
        assert client.post(path).status_code == 400


def test_an_account_that_is_shut_between_password_and_passkey_comes_not_in(
    client: FlaskClient, noor: Account, hers: SoftKey, session: Session
) -> None:
    give_password(client)
    signed = hers.sign(press(client, f"{DOOR}/opgave").get_json())
    form = form_of(client.get(f"{LOGIN}/code"), action=f"{LOGIN}/code")
    noor.active = False
    session.commit()
    answer = client.post(DOOR, data={"csrf_token": form.filled()["csrf_token"],
                                     "passkey": signed})
    assert answer.status_code == 404
    assert open_sessions(noor.id, now=NOW) == []


def test_a_reset_of_the_second_factor_takes_the_passkeys_too(
    make_worker: MakeWorker, noor: Account, hers: SoftKey
) -> None:
    admin = make_worker(RoleName.ADMIN)
    assert admin.post(f"/redactie/accounts/{noor.id}/tweede-stap").status_code == 303
    assert passkeys_of(noor.id) == []
