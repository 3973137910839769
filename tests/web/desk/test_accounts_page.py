"""Accounts at the desk: inviting, taking an invitation up, roles, switching off, resetting."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit import Origin
from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.begin_session import begin_session
from newsletter.accounts.models import Account, AccountSession, RoleName
from newsletter.accounts.passwords import is_password
from newsletter.accounts.queries import find_account_by_email
from newsletter.accounts.session_queries import FRESH, open_sessions
from newsletter.accounts.take_invitation import LIFETIME
from newsletter.core import signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.tokens import Purpose
from tests.material import NOW
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.visitor import faults, form_of, heading, page, post

ACCOUNTS = "/redactie/accounts"
INVITATION = "/redactie/uitnodiging"
NEW = {"name": "Noor Nieuw", "email": "noor.nieuw@redactie.example", "roles": "editor"}
PASSWORD = "een lang wachtwoord"


@pytest.fixture
def admin(make_worker: MakeWorker) -> Worker:
    return make_worker(RoleName.ADMIN)


@pytest.fixture
def other(make_worker: MakeWorker, admin: Worker) -> Account:
    """A colleague of the admin's, logged in somewhere."""
    return make_worker(RoleName.PUBLISHER).account


def invited(admin: Worker) -> Account:
    assert admin.post(ACCOUNTS, **NEW).status_code == 303
    account = find_account_by_email(NEW["email"])
    assert account is not None
    return account


def token_of(account: Account) -> str:
    """The token that the mail of the newest invitation carries."""
    return signer().make(Purpose.INVITATION, account.id, nonce=account.invitation_nonce,
                         issued_at=account.invited_at)


def entries(session: Session, account: Account) -> list[str]:
    return list(session.scalars(
        select(AuditEntry.act).where(AuditEntry.subject == f"account:{account.id}")
        .order_by(AuditEntry.sequence)
    ))


def test_an_invitation_is_an_account_without_a_password_and_a_mail_owed_to_it(
    admin: Worker, session: Session
) -> None:
    account = invited(admin)
    assert (account.password, account.active) == (None, True)
    mail = session.scalars(select(Delivery).where(Delivery.account_id == account.id)).one()
    assert (mail.kind, mail.subscriber_id) == (MailKind.INVITATION, None)
    assert NEW["email"] not in str(mail.params)
    assert entries(session, account) == ["invite"]


@pytest.mark.parametrize(("field", "typed"), [
    ("email", "noor"), ("name", " "), ("roles", "koning"), ("email", "of the admin")])
def test_what_cannot_be_is_told_at_its_field_and_makes_nothing(
    admin: Worker, session: Session, field: str, typed: str
) -> None:
    if "admin" in typed:
        typed = admin.account.email
    answer = admin.post(ACCOUNTS, **{**NEW, field: typed})
    assert answer.status_code == 400
    assert list(faults(answer)) == [field]
    assert session.scalars(select(Delivery.id)).all() == []
    kept = page(answer).css_first("#name").attributes["value"]
    assert kept == (typed if field == "name" else NEW["name"])


def test_the_link_sets_a_password_once_and_logs_out_whoever_was_in(
    admin: Worker, session: Session
) -> None:
    account, client = invited(admin), admin.client
    link = f"{INVITATION}/{token_of(account)}"
    shown = client.get(link)
    assert heading(shown) == "Kies je wachtwoord"
    assert account.password is None
    short = post(client, form_of(shown, action=INVITATION), password="kort")
    assert faults(short) == {
        "password": "Fout: Kies een langer wachtwoord: minstens 12 tekens."}
    named = post(client, form_of(short, action=INVITATION), password="noor nieuw 123")
    assert "snel te raden" in faults(named)["password"]
    done = post(client, form_of(named, action=INVITATION), password=PASSWORD)
    assert done.location.endswith("/redactie/inloggen")
    assert "Je wachtwoord is gekozen." in client.get(done.location).get_data(as_text=True)
    assert admin.get("/redactie/").status_code == 303
    session.expire_all()
    assert is_password(PASSWORD, account.password)
    assert entries(session, account)[-1] == "take_invitation"
    assert client.get(link).status_code == 410


def test_a_link_that_is_replaced_old_or_altered_opens_nothing(
    admin: Worker, client: FlaskClient
) -> None:
    account = invited(admin)
    first = token_of(account)
    admin.post(f"{ACCOUNTS}/{account.id}/uitnodiging")
    second = token_of(account)
    altered = second[:-1] + ("A" if second[-1] != "A" else "B")
    manage = signer().make(Purpose.MANAGE, account.id, nonce=account.invitation_nonce)
    for token in (first, altered, manage):
        assert client.get(f"{INVITATION}/{token}").status_code == 410
    assert client.get(f"{INVITATION}/{second}").status_code == 200
    with time_machine.travel(NOW + LIFETIME + timedelta(minutes=2), tick=False):
        assert client.get(f"{INVITATION}/{second}").status_code == 410


def test_a_post_without_the_forms_own_token_sets_no_password(
    admin: Worker, client: FlaskClient, session: Session
) -> None:
    account = invited(admin)
    answer = client.post(f"{INVITATION}/{token_of(account)}", data={"password": PASSWORD})
    assert answer.status_code == 400
    session.expire_all()
    assert account.password is None


def test_another_role_is_kept_with_what_it_was_before(
    admin: Worker, other: Account, session: Session
) -> None:
    assert admin.post(f"{ACCOUNTS}/{other.id}", roles="editor").status_code == 303
    session.expire_all()
    assert [role.name for role in other.roles] == ["editor"]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "set_roles")).one()
    assert entry.details == {"before": "publisher", "after": "editor"}


def test_switching_off_ends_every_session_at_once(
    admin: Worker, other: Account, session: Session
) -> None:
    assert len(open_sessions(other.id, now=NOW)) == 1
    before = other.fs_uniquifier
    admin.post(f"{ACCOUNTS}/{other.id}/uit")
    session.expire_all()
    assert not other.active
    assert other.fs_uniquifier != before
    assert open_sessions(other.id, now=NOW) == []
    admin.post(f"{ACCOUNTS}/{other.id}/aan")
    session.expire_all()
    assert other.active
    assert entries(session, other) == ["switch_off_account", "switch_on_account"]


@pytest.mark.parametrize("path", ["", "/tweede-stap", "/uitnodiging", "/aan"])
def test_what_gives_access_asks_a_fresh_code(
    admin: Worker, other: Account, session: Session, path: str
) -> None:
    with time_machine.travel(NOW + FRESH + timedelta(minutes=1), tick=False):
        asked = admin.post(f"{ACCOUNTS}/{other.id}{path}", roles="admin")
    assert heading(asked) == "Bevestig dat jij het bent"
    session.expire_all()
    assert other.tf_totp_secret is not None
    assert [role.name for role in other.roles] == ["publisher"]
    assert entries(session, other) == []


def test_a_second_factor_that_is_reset_is_set_up_anew_at_the_next_login(
    admin: Worker, other: Account, session: Session
) -> None:
    assert admin.post(f"{ACCOUNTS}/{other.id}/tweede-stap").status_code == 303
    session.expire_all()
    assert (other.tf_primary_method, other.tf_totp_secret) == (None, None)
    assert open_sessions(other.id, now=NOW) == []
    assert entries(session, other) == ["reset_second_factor"]


def test_nobody_shuts_himself_out(admin: Worker, session: Session) -> None:
    own = f"{ACCOUNTS}/{admin.account.id}"
    assert list(faults(admin.post(own, roles="editor"))) == ["roles"]
    for path in ("uit", "tweede-stap"):
        assert admin.post(f"{own}/{path}").status_code == 303
    session.expire_all()
    assert admin.account.active
    assert admin.account.tf_totp_secret is not None
    assert [role.name for role in admin.account.roles] == ["admin"]
    assert "Dat kan niet met je eigen account" in admin.get(own).get_data(as_text=True)


def test_an_account_that_is_not_there_has_no_page(admin: Worker) -> None:
    for number in ("999999", "9" * 30):
        assert admin.get(f"{ACCOUNTS}/{number}").status_code == 404


def test_another_password_ends_the_other_sessions(editor: Worker, session: Session) -> None:
    begin_session(editor.account.id, origin=Origin("192.0.2.9", "Elsewhere"), now=NOW)
    path = "/redactie/mijn-account"
    wrong = editor.post(path, present="iets heel anders", password="een nieuw wachtwoord")
    assert faults(wrong) == {"present": "Fout: Dit is niet je wachtwoord van nu."}
    done = editor.post(path, present=PASSWORD, password="een nieuw wachtwoord")
    assert done.status_code == 303
    session.expire_all()
    assert is_password("een nieuw wachtwoord", editor.account.password)
    (left,) = open_sessions(editor.account.id, now=NOW)
    assert left.program == "Browser"
    assert editor.get(path).status_code == 200


def test_a_session_is_ended_from_the_list_and_of_nobody_else(
    editor: Worker, session: Session
) -> None:
    begin_session(editor.account.id, origin=Origin("192.0.2.9", "Elsewhere"), now=NOW)
    stranger = AccountSession(
        account_id=find_or_make(session), key_hash="x", began_at=NOW, seen_at=NOW,
        until=NOW + timedelta(hours=1), second_factor_at=NOW, address="", program="")
    session.add(stranger)
    session.commit()
    elsewhere = next(each for each in open_sessions(editor.account.id, now=NOW)
                     if each.program == "Elsewhere")
    for each in (elsewhere, stranger):
        editor.post(f"/redactie/mijn-account/sessies/{each.id}")
    session.expire_all()
    assert elsewhere.ended_at is not None
    assert stranger.ended_at is None


def find_or_make(session: Session) -> int:
    """Somebody else's account, made without a login."""
    made = Account(email="ander@redactie.example", name="Ander", password=None, active=True,
                   fs_uniquifier="ander", created_at=NOW)
    session.add(made)
    session.flush()
    return made.id
