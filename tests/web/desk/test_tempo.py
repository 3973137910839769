"""The tempo of a mailing: rate, time left and what comes later, without another query."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import DeliveryStatus
from newsletter.extensions import db
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import LATELY, Progress, get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.web.desk.tempo import Tempo, tempo_of
from tests.material import NOW, article, edition, reader
from tests.web.desk.conftest import Worker

PATH = "/redactie/verzendingen/edition:90-8"


def ledger(*, sent: int, deferred: int = 0, pending: int = 100, lately: int = 0,
           seconds: float = 60) -> Progress:
    by_status = {DeliveryStatus.SENT: sent, DeliveryStatus.DEFERRED: deferred,
                 DeliveryStatus.PENDING: pending}
    return Progress(
        recipients=sent + deferred + pending, by_status=by_status, skipped={}, failed={},
        unclear_copies=0, same_recipients=True, sent_lately=lately,
        lately_since=NOW - timedelta(seconds=seconds) if lately else None,
        again_from=NOW + timedelta(minutes=30) if deferred else None,
        again_until=NOW + timedelta(minutes=90) if deferred else None,
    )


def said(**given: int) -> Tempo:
    return tempo_of(ledger(**given), now=NOW, is_sending=True)


@pytest.mark.usefixtures("session")
def test_what_is_not_known_is_not_said() -> None:
    assert said(sent=0) == Tempo()
    assert said(sent=9, lately=9) == Tempo()
    assert said(sent=90, lately=90, seconds=5) == Tempo()
    assert tempo_of(ledger(sent=90, lately=90), now=NOW, is_sending=False) == Tempo()


def test_the_rest_takes_as_long_as_the_last_minutes_say(session: Session) -> None:
    found = said(sent=5000, lately=240, pending=2840, seconds=60)
    assert found.rate == "240 mails per minuut."
    assert found.left == "Nog ongeveer 12 minuten."
    assert said(sent=500, lately=240, pending=0, deferred=3).left == ""
    assert said(sent=500, lately=240, deferred=3).later == (
        "Wat later opnieuw gaat, gaat tussen 08.30 uur en 09.30 uur.")


@pytest.fixture
def mailing(session: Session, now: None) -> Mailing:
    for _ in range(13):
        reader("data")
    carry_out_edition(edition([article("data")]).id, settings=settings(), now=NOW)
    return get_mailing("edition:90-8")


def test_the_ledger_counts_what_was_sent_lately_along(mailing: Mailing, session: Session) -> None:
    session.execute(text("""
        update deliveries set status = 'sent', ended_at = clock_timestamp(),
               sent_at = clock_timestamp() - case when id % 2 = 0 then interval '30 seconds'
                                                  else interval '1 hour' end
         where id in (select id from deliveries where mailing_id = :id order by id limit 10)
    """), {"id": mailing.id})
    statements: list[str] = []

    def hear(_c: object, _k: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        found = progress(mailing)
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert (found.sent, found.sent_lately, found.closes) == (10, 5, True)
    assert found.lately_since is not None
    # What was kept of it, by its key; then its rows are counted once, and hashed once.
    assert ["from closed_ledgers" in each.lower() for each in statements] == [True, False, False]
    assert timedelta(seconds=30) < LATELY < timedelta(hours=1)


def test_the_plan_reads_the_rows_of_one_mailing_by_its_index(
    mailing: Mailing, session: Session
) -> None:
    session.execute(text("set local enable_seqscan = off"))
    plan = "\n".join(session.scalars(text(
        "explain select count(*) filter (where sent_at > clock_timestamp()) from deliveries"
        " where mailing_id = 1 group by status")))
    assert "mailing_id_subscriber_id" in plan
    assert "Seq Scan" not in plan


def test_what_waits_says_until_when_also_without_a_script(
    editor: Worker, mailing: Mailing, session: Session
) -> None:
    session.execute(text("update deliveries set status = 'deferred', attempts = 1, due_at = :at"
                         " where mailing_id = :id"),
                    {"at": clock.now() + timedelta(minutes=30), "id": mailing.id})
    for path in (PATH, f"{PATH}/stand"):
        assert "gaat om 08.30 uur" in editor.get(path).get_data(as_text=True)


def test_a_scheduled_edition_says_how_long_it_takes(editor: Worker, session: Session) -> None:
    edition([article("data")], send_at=NOW + timedelta(hours=2, minutes=5))
    session.commit()
    shown = editor.get("/redactie/edities/90-8").get_data(as_text=True)
    assert "over 2 uur en 5 minuten" in shown
    assert 'data-countdown="2026-11-10T09:05:00+00:00"' in shown
