"""PostgreSQL goes away in mid-batch: what the relay took is still written down (R10)."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from newsletter.deliveries.models import DeliveryStatus
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.claim import Batch, Claimer, Owed
from newsletter.sending.clerk import Clerk
from newsletter.sending.write import Draft, Writer
from tests.faults.relay import OK, Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
AWAY_SECONDS = 1.0


def test_outcomes_outlive_a_database_that_is_away_for_a_while(
    house: OpenHouse, servers: dict[str, str]
) -> None:
    host = str(make_url(servers["DATABASE_OWNER_URL"]).query["host"])
    with (
        psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as admin,
        Relay(answer=lambda _r, _n: away_after_two()) as relay,
        house(relay, SMTP_CONNECTIONS="1") as (_, post),
    ):
        name = db.session.scalar(text("select current_database()"))
        publish(8)
        back = threading.Timer(AWAY_SECONDS, lambda: admin.execute(
            f"alter database {name} allow_connections true"))

        def away_after_two() -> str:
            if len(relay.journal.entries) == 1:
                admin.execute(f"alter database {name} allow_connections false")
                admin.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                              " where datname = %s", (name,))
                back.start()
            if len(relay.journal.entries) > 1:
                time.sleep(0.3)
            return OK

        # The time is up in mid-batch, so that the rest must be given back as well: two leave at
        # once, and six would take almost twice as long as there is.
        post.run(Lane.BULK, seconds=1.0)
        back.join()
        ledger = progress(get_mailing("edition:90-8"))
        taken = len(relay.journal.entries)
        assert 2 <= taken < 8
        assert ledger.by_status == {DeliveryStatus.SENT: taken, DeliveryStatus.PENDING: 8 - taken}
        assert ledger.unclear_copies == 0


def test_what_was_claimed_when_the_database_went_leaves_as_soon_as_it_is_back(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    draft = Writer.draft

    def away_at_the_third(writer: Writer, owed: Owed) -> Draft:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OperationalError("select", {}, Exception("server closed the connection"))
        return draft(writer, owed)

    with Relay() as relay, house(relay, CLAIM_SIZE="8", SMTP_CONNECTIONS="4") as (_, post):
        publish(8)
        monkeypatch.setattr(Writer, "draft", away_at_the_third)
        # Well before the leases of that claim would be over.
        assert post.run(Lane.BULK, seconds=20).sent == 8
        assert (len(relay.journal.entries), relay.journal.repeats()) == (8, 0)
        assert progress(get_mailing("edition:90-8")).by_status == {DeliveryStatus.SENT: 8}


_FULL = """
    create function full_disk() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = '53100';
    end $$;
    create trigger full_disk before insert on attempts
       for each statement execute function full_disk()
"""


def test_a_full_disk_of_the_database_stops_and_does_not_lie(
    house: OpenHouse, servers: dict[str, str]
) -> None:
    host = str(make_url(servers["DATABASE_OWNER_URL"]).query["host"])
    with (
        Relay(pace=0.05, answer=lambda _r, _n: full_after_two()) as relay,
        house(relay, SMTP_CONNECTIONS="1", CLAIM_SIZE="8") as (_, post),
    ):
        name = str(db.session.scalar(text("select current_database()")))
        publish(24)
        seen: list[int] = []

        def sql(statement: str) -> None:
            with psycopg.connect(host=host, user="postgres", dbname=name) as admin:
                admin.execute(statement)

        def room_again() -> None:
            seen.append(len(relay.journal.entries))
            with psycopg.connect(host=host, user="postgres", dbname=name) as admin:
                found = admin.execute(
                    "select count(*) from deliveries where status = 'sent'").fetchone()
            assert found is not None
            seen.append(found[0])
            sql("drop function full_disk() cascade")

        back = threading.Timer(2.0, room_again)

        def full_after_two() -> str:
            if len(relay.journal.entries) == 1:
                sql(_FULL)
                back.start()
            return OK

        post.run(Lane.BULK, seconds=1.0)
        back.join()
        while post.run(Lane.BULK, seconds=20).sent:
            pass
        db.session.rollback()
        left_before, booked_before = seen
        assert booked_before <= left_before <= 8  # it went on with nothing beyond its claim
        assert len(relay.journal.entries) == 24
        assert relay.journal.repeats() == 0
        ledger = progress(get_mailing("edition:90-8"))
        assert ledger.by_status == {DeliveryStatus.SENT: 24}
        assert ledger.unclear_copies == 0


def test_a_claim_is_in_hand_when_the_database_goes_right_behind_it(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its lease is renewed for ever, and the run has no end."""
    told: list[str] = []
    committed, relieve = Claimer.committed, Clerk._relieve

    def noted(claimer: Claimer, batch: Batch, lane: Lane) -> None:
        committed(claimer, batch, lane)
        told.append("claimed")

    def away_once(clerk: Clerk) -> None:
        if told == ["claimed"]:
            told.append("away")
            raise OperationalError("select", {}, Exception("server closed the connection"))
        relieve(clerk)

    monkeypatch.setattr(Claimer, "committed", noted)
    monkeypatch.setattr(Clerk, "_relieve", away_once)
    with Relay() as relay, house(relay) as (_, post):
        publish(5)
        assert post.run(Lane.BULK, seconds=30).sent == 5
        assert "away" in told
        assert len(relay.journal.entries) == 5
