"""Taking along: the files say all that the database holds, and can harm no spreadsheet."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.cells import cell
from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.mailings.dossier import everything_about
from newsletter.subscribers.ask import ask_link
from newsletter.subscribers.load_import import load_import
from newsletter.subscribers.models import Language
from newsletter.subscribers.open_request import open_request
from newsletter.subscribers.request_models import DataRequestKind
from tests.material import NOW, reader
from tests.web.reader.life import FORMULA, Life, data_of, rich_life

pytestmark = pytest.mark.usefixtures("now")

# Which table of the file holds the rows of which table of the schema, and how hers are found.
OF_HERS = {
    "subscribers": ("subscriber", "id = :id"),
    "subscriptions": ("subscription", "subscriber_id = :id"),
    "subscription_themes": ("themes", "subscriber_id = :id"),
    "owed_notices": ("notices", "subscriber_id = :id"),
    "consents": ("consents", "subscriber_id = :id"),
    "address_changes": ("address_changes", "subscriber_id = :id"),
    "address_requests": ("address_requests", "lower(address) = :identity"),
    "import_rows": ("import_rows", "identity = :identity"),
    "data_requests": ("data_requests", "subscriber_id = :id"),
    "deliveries": ("deliveries", "subscriber_id = :id"),
    "attempts": (
        "attempts", "delivery_id in (select id from deliveries where subscriber_id = :id)"),
    "suppressions": ("suppressions", "address_hash = any(:hashes)"),
}
# Tables that point at a reader, or at what points at her, and are not in the file.
LEFT_OUT = {
    "consent_salts": "the salt stands in the receipt, which is in the same ZIP",
    "consent_seal_heads": "hashes over the heads of all chains: seals of ours, which say nothing",
    "past_recipients": "in the file among the deliveries",
    "restores": "how far the numbers of deliveries had come when a backup came back",
    "pace_slots": "a place in the line to her mail server, for as long as one mail is in hand",
    "accounts": "who works at the desk, and no reader",
    "account_sessions": "who works at the desk, and no reader",
    "audit_origins": "who works at the desk, and no reader",
    "feeds": "addresses of other sites",
    "feed_items": "addresses of articles elsewhere",
    "link_checks": "addresses of pages elsewhere",
    "magazines": "the magazine's own addresses",
}
# Columns of her rows that are not in the file.
HIDDEN = {
    "subscribers": {
        "identity": "the address in lower case", "mailbox": "the address without tags",
        "former_hash": "takes the address's place, and then no link opens",
    },
    "subscriptions": {
        "subscriber_id": "her number", "confirm_nonce": "a count of ours for links",
        "link_nonce": "a count of ours for links",
    },
    "subscription_themes": {"subscriber_id": "her number", "theme_id": "shown by its name"},
    "owed_notices": {"subscriber_id": "her number", "notice_id": "shown by its words"},
    "consents": {
        "subscriber_id": "her number", "wording_id": "shown as its text",
        "address_hash": "stands in the receipt, with the salt that makes sense of it",
    },
    "address_changes": {
        "id": "a number of ours", "subscriber_id": "her number",
        "new_mailbox": "the new address without tags",
    },
    "address_requests": {
        "id": "a number of ours", "address": "her address", "wording_id": "a number of ours",
        "tries": "a mark of ours",
    },
    "import_rows": {
        "import_id": "a number of ours", "identity": "the address in lower case",
        "subscriber_id": "her number",
    },
    "data_requests": {
        "id": "a number of ours", "subscriber_id": "her number",
        "opened_by": "who works at the desk", "handled_by": "who works at the desk",
        "extended_by": "who works at the desk",
    },
    "deliveries": {
        "lane": "a mark of ours", "mailing_id": "shown by its key",
        "variant_id": "shown by subject", "correction": "shown by subject",
        "subscriber_id": "her number", "account_id": "of mails to the desk",
        "idempotency_key": "a mark of ours",
        "due_at": "a mark of ours",
        "claim_id": "a mark of ours", "first_claim_id": "a mark of ours",
        "link_nonce": "a count of ours for links",
    },
    "attempts": {
        "claim_id": "a mark of ours", "worker": "a mark of ours",
    },
    "suppressions": {"address_hash": "found by her address"},
}


@pytest.fixture
def life(session: Session) -> Life:
    """A reader with a row in every table that can hold one."""
    found = rich_life(session)
    address = str(found.subscription.subscriber.address)
    ask_link(address=address, source_page="/mijn-link", now=NOW)
    suppress(signer().address_hashes(address)[-1], reason=SuppressionReason.HARD_BOUNCE, now=NOW)
    desk = add_account(email="noor@redactie.example", name="Noor", password="een lang wachtwoord",
                       roles=[RoleName.PUBLISHER], now=NOW)
    open_request(DataRequestKind.ACCESS, subscriber_id=found.subscription.subscriber_id,
                 received_on=NOW.date(), account_id=desk.id, now=NOW)
    load_import(f"e-mail\n{address}\n".encode(), proof={}, account_id=desk.id, now=NOW)
    session.commit()
    return found


def hers(session: Session, table: str, life: Life) -> list[Mapping[str, Any]]:
    """Her rows of a table of the schema, as the database has them."""
    person = life.subscription.subscriber
    values = {
        "id": person.id, "identity": person.identity,
        "hashes": list(signer().address_hashes(str(person.address))),
    }
    where = OF_HERS[table][1]
    used = {name: value for name, value in values.items() if f":{name}" in where}
    return list(session.execute(text(f"select * from {table} where {where}"), used).mappings())


def test_the_file_holds_every_row_and_value_that_the_database_holds(
    client: FlaskClient, session: Session, life: Life
) -> None:
    answer = client.get(f"{data_of(life.subscription)}/gegevens.json")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="gegevens-2026-11-10.json"')
    exported = json.loads(answer.get_data())
    for table, (name, _) in OF_HERS.items():
        rows = hers(session, table, life)
        assert rows, f"the life leaves no row in {table}"
        assert len(exported[name]) == len(rows), table
        for column in set(rows[0]) - set(HIDDEN[table]):
            held = sorted(_words(row[column]) for row in rows)
            assert sorted(_words(row[column]) for row in exported[name]) == held, (table, column)


def test_every_column_is_in_the_file_or_left_out_for_a_reason(session: Session) -> None:
    tables = everything_about(
        reader("data").subscriber_id, address_hashes=["no such"])
    assert set(tables) == {name for name, _ in OF_HERS.values()}
    for table, hidden in HIDDEN.items():
        columns = set(session.scalars(text(
            "select column_name from information_schema.columns where table_name = :table"),
            {"table": table}))
        assert set(hidden) <= columns, table


def test_every_table_that_points_at_a_reader_is_in_the_file_or_left_out_for_a_reason(
    session: Session,
) -> None:
    points = set(session.scalars(text("""
        with recursive of_hers as (
            select 'subscribers'::name as name
            union
            select child.relname from pg_constraint c
              join pg_class child on child.oid = c.conrelid
              join pg_class parent on parent.oid = c.confrelid
              join of_hers on of_hers.name = parent.relname
             where c.contype = 'f')
        select name::text from of_hers""")))
    named = set(session.scalars(text("""
        select table_name from information_schema.columns
         where table_schema = 'public'
           and column_name
               ~ '(^|_)(address|mailbox|email|identity|subscriber|delivery)(_|$)'""")))
    assert "consents" in points
    assert {"deliveries", "attempts"} <= named  # the ledger has no foreign keys
    assert (points | named) - set(OF_HERS) == set(LEFT_OUT)


def test_the_zip_holds_a_table_each_and_explains_itself(
    client: FlaskClient, life: Life
) -> None:
    page = data_of(life.subscription)
    exported = json.loads(client.get(f"{page}/gegevens.json").get_data())
    packed = ZipFile(io.BytesIO(client.get(f"{page}/gegevens.zip").get_data()))
    del exported["made_at"]
    assert set(packed.namelist()) == {
        "README.txt", "consent-receipt.json", *(f"{name}.csv" for name in exported)}
    for name, rows in exported.items():
        raw = packed.read(f"{name}.csv")
        assert raw.startswith(b"\xef\xbb\xbf")
        read = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        assert read == [{key: cell(value) for key, value in row.items()} for row in rows]
    words = packed.read("README.txt").decode("utf-8-sig")
    assert words.startswith("Je gegevens bij")
    assert all(name in words for name in exported)
    assert "&" not in words


def test_no_cell_can_start_a_formula(client: FlaskClient, life: Life) -> None:
    packed = ZipFile(io.BytesIO(
        client.get(f"{data_of(life.subscription)}/gegevens.zip").get_data()))
    assert f"'{FORMULA}" in packed.read("subscriber.csv").decode("utf-8-sig")
    for name in packed.namelist():
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig"), newline="")):
                assert not any(value.startswith(("=", "+", "-", "@", "\t")) for value in row)


def test_the_files_hold_nothing_of_anybody_else(client: FlaskClient, session: Session) -> None:
    life = rich_life(session)
    other = reader("data")
    other.subscriber.name = "Onvindbare Naam"
    session.commit()
    page = data_of(life.subscription)
    words = client.get(f"{page}/gegevens.json").get_data(as_text=True)
    assert "Onvindbare" not in words
    assert str(other.subscriber.address) not in words
    assert str(life.subscription.subscriber.address) in words
    assert words.count(f'"id": {life.mails[MailKind.EDITION]},') == 1


def test_who_reads_english_gets_the_explanation_in_english(
    client: FlaskClient, session: Session
) -> None:
    mary = reader("data")
    mary.language = Language.EN
    session.commit()
    packed = ZipFile(io.BytesIO(client.get(f"{data_of(mary)}/gegevens.zip").get_data()))
    assert packed.read("README.txt").decode("utf-8-sig").startswith("Your data at")
    assert "suppressions.csv" not in packed.namelist()


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat()
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
