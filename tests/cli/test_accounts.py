"""`newsletter accounts`."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.queries import find_account_by_email
from newsletter.partners.models import Partner
from tests.cli.conftest import Run

ADD = ("accounts", "add", "noor@redactie.example", "--name", "Noor", "--role", "editor",
       "--password-stdin", "--operator", "piet")


def test_an_account_is_added_and_recorded_without_its_password(
    run: Run, read: Any, session: Session
) -> None:
    assert run(*ADD, input="een lang wachtwoord\n").exit_code == 0
    assert find_account_by_email("noor@redactie.example")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "add_account")).one()
    assert entry.actor == "operator:piet"
    assert "wachtwoord" not in str(entry.details)
    assert {"email": "noor@redactie.example", "roles": ["editor"]}.items() <= next(
        row for row in read("accounts", "list") if row["name"] == "Noor").items()


def test_a_password_that_is_too_short_and_a_taken_address_are_refused(run: Run) -> None:
    assert run(*ADD, input="kort\n").exit_code == 1
    assert run(*ADD, input="een lang wachtwoord\n").exit_code == 0
    again = run(*ADD, input="een lang wachtwoord\n")
    assert again.exit_code == 1
    assert "taken" in again.stderr


def test_a_password_typed_twice_is_asked_for_at_the_terminal(run: Run) -> None:
    words = [word for word in ADD if word != "--password-stdin"]
    shown = run(*words, input="een lang wachtwoord\neen lang wachtwoord\n")
    assert shown.exit_code == 0
    assert "een lang wachtwoord" not in shown.stdout


def test_an_account_of_a_partner_is_added_and_one_of_no_partner_refused(
    run: Run, read: Any, session: Session
) -> None:
    slug = session.scalars(select(Partner.slug)).first()
    assert run(*ADD, "--partner", "nergens", input="een lang wachtwoord\n").exit_code == 1
    assert find_account_by_email("noor@redactie.example") is None
    assert run(*ADD, "--partner", str(slug), input="een lang wachtwoord\n").exit_code == 0
    assert next(row for row in read("accounts", "list") if row["name"] == "Noor")["partner"] == slug
