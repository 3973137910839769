"""The schema: what the models say is what the migrations make, and wrong states are refused."""

import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from newsletter.core import settings
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_edition
from tests import material

LEDGERS = ("consents", "consent_wordings", "consent_seals", "attempts", "audit_entries",
           "audit_seals", "images", "image_files", "closed_ledgers")


def test_models_and_migrations_agree(committed: Flask) -> None:
    with db.engine.connect() as connection:
        # Of the ledger the models know the whole, the migrations also its partitions.
        opts = {"compare_type": True, "include_name": lambda name, kind, _parents: not (
            kind == "table" and re.fullmatch(r"(deliveries|attempts)_\d{4}", name))}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.parametrize("table", LEDGERS)
@pytest.mark.parametrize("statement", [
    "update {0} set {1} = {1}", "delete from {0}", "truncate {0}"])
def test_the_app_cannot_change_a_ledger(committed: Flask, table: str, statement: str) -> None:
    column = {"attempts": "worker", "audit_seals": "hash",
              "closed_ledgers": "sent"}.get(table, "id")
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(sa.text(statement.format(table, column)))


@pytest.mark.parametrize("column", [
    "mailing_id", "recipients_hash", "failed", "skipped", "unclear_copies", "kept_at"])
def test_the_app_cannot_change_what_was_kept_of_a_ledger(committed: Flask, column: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(sa.text(f"update closed_ledgers set {column} = {column}"))


def test_the_app_says_when_a_kept_ledger_was_checked(committed: Flask) -> None:
    db.session.execute(sa.text("update closed_ledgers set checked_at = checked_at"))


@pytest.mark.parametrize("table", ["manifests", "blocks", "variants"])
def test_the_app_cannot_change_frozen_content(committed: Flask, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(sa.text(f"update {table} set hash = 'other'"))


def test_the_app_cannot_change_the_schema(committed: Flask) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(sa.text("create table public.mine (id int)"))


WRONG = {
    "an edition with number 9": "insert into editions (volume, number, send_at, copy_deadline_at,"
    " approval_deadline_at) values (30, 9, now(), now(), now())",
    "a second edition with the same number": "insert into editions (volume, number, send_at,"
    " copy_deadline_at, approval_deadline_at) values (14, 2, now(), now(), now())",
    "a mailing without a cause": "insert into mailings (key, kind, cutoff_at, opened_at)"
    " values ('x', 'digest', now(), now())",
    "a mailing that sends before it is frozen": "insert into mailings (key, kind, edition_id,"
    " cutoff_at, opened_at, status) select 'x', 'edition', id, now(), now(), 'sending'"
    " from editions limit 1",
    "a delivery without a recipient": "insert into deliveries (kind, lane, created_at, due_at)"
    " values ('welcome', 'prompt', now(), now())",
    "a magazine beside the magazine": "update magazines set id = 2",
}


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_state_is_impossible(committed: Flask, statement: str) -> None:
    with pytest.raises(IntegrityError):
        db.session.execute(sa.text(statement))


def test_one_delivery_per_mailing_and_subscriber(committed: Flask) -> None:
    material.reader()
    edition_id = material.edition([material.article("data")]).id
    db.session.commit()
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)
    with pytest.raises(IntegrityError, match="uq_deliveries_mailing_id_subscriber_id"):
        db.session.execute(
            sa.text(
                "insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id,"
                " created_at, due_at) select kind, lane, mailing_id, variant_id, subscriber_id,"
                " now(), now() from deliveries"
            )
        )


def test_what_a_statement_was_given_stands_in_no_error(committed: Flask) -> None:
    with pytest.raises(DataError) as refused:
        db.session.execute(sa.text("select cast(:a as text)"), {"a": "noor@gemeente.example\0"})
    assert "noor" not in str(refused.value)
