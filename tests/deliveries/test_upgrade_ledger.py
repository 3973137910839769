"""A ledger of before the partitions comes through the upgrade whole, and back again."""

from typing import Any

import pytest
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text

from newsletter.core import settings
from newsletter.deliveries.models import DeliveryStatus, MailKind
from newsletter.deliveries.partitions import drop_past
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.mailings.queries import get_mailing, progress
from newsletter.schema import migrate
from newsletter.transaction import transaction
from tests import material
from tests.deliveries.old_ledger import KEY, THEN, live_long_ago, partitions
from tests.material import NOW

BEFORE = "0011"
# One in each state that a delivery may be in, with the attempts of a ledger of before.
_IN_EVERY_STATE = """
    insert into deliveries (kind, lane, subscriber_id, status, claim_id, lease_until,
                            first_claimed_at, attempts, sent_at, skip_reason, idempotency_key,
                            created_at, due_at)
    select 'manage_link', 'prompt', (select min(id) from subscribers), status,
           case status when 'claimed' then gen_random_uuid() end,
           case status when 'claimed' then :then end,
           case status when 'pending' then null else cast(:then as timestamptz) end,
           case status when 'pending' then 0 else 1 end,
           case status when 'sent' then :then end,
           case status when 'skipped' then 'superseded' end, 'old:' || status, :then, :then
      from unnest(array['pending', 'claimed', 'deferred', 'unclear', 'sent', 'failed',
                        'skipped']) as status;
    insert into attempts (delivery_id, claim_id, worker, ended_at, outcome)
    select d.id, claim, 'w', :then, outcome
      from deliveries d
     cross join (values (gen_random_uuid(), 'deferred'), (gen_random_uuid(), 'accepted'))
           as v(claim, outcome)
     where d.status in ('sent', 'deferred')
"""


def to_before() -> None:
    """The schema of the version before, with all that is in the ledger."""
    db.session.remove()
    downgrade(revision=BEFORE)


def carry_out(statements: str) -> None:
    """Statements on the schema of before, which no model knows."""
    engine = create_engine(str(settings().database_url))
    with engine.begin() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement), {"then": THEN})
    engine.dispose()


def ask(query: str) -> list[tuple[Any, ...]]:
    """Rows of a query, in order."""
    engine = create_engine(str(settings().database_url))
    with engine.begin() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return sorted(rows, key=str)


@pytest.fixture
def lived(committed: Flask) -> str:
    """The key of a mailing that ended long ago; its rows stand in the first partition."""
    migrate.init_app(current_app)
    return live_long_ago()[0].key


def test_a_ledger_of_before_is_whole_after_the_upgrade(committed: Flask) -> None:
    migrate.init_app(current_app)
    with transaction():
        material.reader()
    to_before()
    carry_out(_IN_EVERY_STATE)
    unmoved = ("select id, kind, status, attempts, sent_at, skip_reason, idempotency_key, due_at"
               " from deliveries where status <> 'claimed' and subscriber_id > 0")
    before = ask(unmoved)
    old = ask("select delivery_id, worker, ended_at, outcome from attempts")
    upgrade()
    assert len(before) >= 6
    assert set(before) <= set(ask(unmoved))
    assert len(ask("select distinct delivery_id, claim_id, outcome from attempts")) == len(old) + 1
    assert set(old) <= set(ask("select delivery_id, worker, ended_at, outcome from attempts"))
    # What an older worker held may have been offered.
    (held,) = [each for each in material.deliveries() if each.idempotency_key == "old:claimed"]
    assert (held.status, held.unclear_count, held.attempts) == (DeliveryStatus.UNCLEAR, 1, 2)
    # Whoever was tried keeps the moment of the first try, which dates the mail.
    dated = ask("select d.status, c.at from deliveries d join claims c on c.id = d.first_claim_id")
    assert dated == [("deferred", THEN), ("unclear", THEN), ("unclear", THEN)]


def test_keys_and_numbers_go_on_where_they_were(committed: Flask) -> None:
    migrate.init_app(current_app)
    with transaction():
        who = material.reader().subscriber_id
    to_before()
    carry_out(_IN_EVERY_STATE)
    upgrade()
    last = max(each.id for each in material.deliveries())
    with transaction():
        for key, is_new in (("old:sent", False), ("old:new", True)):
            mail = SingleMail(kind=MailKind.WELCOME, subscriber_id=who, idempotency_key=key)
            assert (queue_single(mail, now=NOW) is not None) == is_new
    assert max(each.id for each in material.deliveries()) == last + 1


def test_what_was_dropped_comes_back_by_numbers_and_its_ledger_closes(lived: str) -> None:
    with transaction():
        assert drop_past() == 4
    ends = dict(progress(get_mailing(lived)).by_status)
    to_before()
    assert ask("select status, sent_at, message_id from deliveries") == [
        ("failed", None, None), ("sent", THEN, None), ("skipped", None, None)]
    carry_out("insert into deliveries (kind, lane, subscriber_id, created_at, due_at)"
              " select 'welcome', 'prompt', id, now(), now() from subscribers limit 1")
    upgrade()
    ledger = progress(get_mailing(lived))
    assert (dict(ledger.by_status), ledger.closes) == (ends, True)
    assert partitions() == ["deliveries_0002", "deliveries_0003"]


def test_to_and_fro_changes_nothing_of_what_is_left(lived: str) -> None:
    kept = ("select id, mailing_id, subscriber_id, status, reply_code, message_id, unclear_count"
            " from deliveries")
    before, attempts = ask(kept), ask("select delivery_id, outcome, ended_at from attempts")
    to_before()
    assert ask(kept) == before
    upgrade()
    assert (ask(kept), ask("select delivery_id, outcome, ended_at from attempts")) == (
        before, attempts)
    assert progress(get_mailing(lived)).closes
    assert len(before) == 4
    assert (KEY,) in ask("select key from idempotency_keys")
