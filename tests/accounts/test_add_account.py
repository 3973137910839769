"""Accounts of the desk and the audit trail."""

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account, ensure_roles
from newsletter.accounts.audit import record
from newsletter.accounts.audit_queries import entries_of
from newsletter.accounts.models import Role, RoleName
from newsletter.accounts.queries import find_account_by_email
from newsletter.errors import BadInput

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
GOOD = {
    "email": "Noor@redactie.example",
    "name": "Noor de Wit",
    "password": "een lang wachtwoord",
    "roles": [RoleName.EDITOR],
}


def test_an_account_has_its_roles_and_a_password_that_only_verifies(session: Session) -> None:
    account = add_account(**GOOD, now=NOW)  # type: ignore[arg-type]
    assert [role.name for role in account.roles] == ["editor"]
    assert account.password
    assert "wachtwoord" not in account.password
    assert PasswordHasher().verify(account.password, GOOD["password"])  # type: ignore[arg-type]
    assert find_account_by_email("NOOR@REDACTIE.example") is account


def test_making_sure_of_the_roles_twice_makes_them_once(session: Session) -> None:
    ensure_roles()
    ensure_roles()
    assert sorted(session.scalars(select(Role.name))) == sorted(RoleName)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "noor"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Noor\r\nBcc: x"}, "name"),
        ({"password": "kort"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"roles": []}, "roles"),
        ({"roles": ["baas"]}, "roles"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    session: Session, change: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add_account(**{**GOOD, **change}, now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_an_address_logs_in_as_one_account_only(session: Session) -> None:
    add_account(**GOOD, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="taken"):
        add_account(**{**GOOD, "email": "noor@Redactie.example"}, now=NOW)  # type: ignore[arg-type]


def test_the_audit_trail_says_who_did_what_and_by_which_door(session: Session) -> None:
    account = add_account(**GOOD, now=NOW)  # type: ignore[arg-type]
    record("schedule", "edition:99-1", now=NOW, account_id=account.id, send_at="later")
    record("send", "edition:99-1", now=NOW, actor="operator:piet", door="cli")
    session.flush()
    (first, person), (second, nobody) = entries_of("edition:99-1")
    assert (first.act, person, first.door, first.details) == (
        "schedule", "Noor de Wit", "desk", {"send_at": "later"},
    )
    assert (second.actor, nobody, second.door) == ("operator:piet", None, "cli")
