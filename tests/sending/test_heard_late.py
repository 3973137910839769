"""What is heard late or heard again: no clerk waits for itself, and nobody rings twice."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import text

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.due import lock_due
from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.models import MailingStatus
from newsletter.mailings.pause import resume
from newsletter.mailings.queries import get_mailing
from newsletter.sending.recover import recover
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
KEY = "edition:90-8"


def test_a_late_answer_waits_for_no_lock_of_the_claim_in_hand(house: OpenHouse) -> None:
    with Relay() as relay, house(relay, SMTP_CONNECTIONS="12") as (core, post):
        publish(12)
        desk = post._open_desk()
        with transaction():  # what recovery leaves of a claim past its lease
            db.session.execute(text(
                "update deliveries set status = 'unclear', unclear_count = 1, attempts = 1,"
                " due_at = now() - interval '1 second'"))
        desk.books._told = ""  # the relay has answered before
        now = clock.unix_seconds()
        done = threading.Event()

        def claim_anew() -> None:
            with core.app_context():
                with transaction():
                    for each in lock_due(Lane.BULK, limit=200):
                        desk.outgoing.finish(Result(each.id, 1, Outcome.ACCEPTED,
                                                    DeliveryStatus.SENT, now, now, "250", "ok"))
                    assert desk.outgoing.is_pressing
                    assert desk.books.settle_plain() is False
                done.set()

        clerk = threading.Thread(target=claim_anew)
        clerk.start()
        is_done = done.wait(10)
        if not is_done:
            db.session.execute(text("select pg_terminate_backend(pid) from pg_stat_activity"
                                    " where pid <> pg_backend_pid()"
                                    " and datname = current_database()"))
        clerk.join(10)
        assert is_done, "the clerk waits for a lock that it holds itself"


def test_a_kill_after_the_brake_was_let_go_does_not_pull_it_again(house: OpenHouse) -> None:
    is_bad = True

    def answer(_recipient: str, _times: int) -> str:
        return "550 5.7.26 unauthenticated" if is_bad else "250 2.0.0 taken"

    with Relay(answer=answer) as relay, house(relay, SMTP_CONNECTIONS="2") as (_, post):
        publish(120)
        post.run(Lane.BULK, seconds=10)
        db.session.rollback()
        assert get_mailing(KEY).status is MailingStatus.PAUSED
        is_bad = False
        with transaction():
            resume(get_mailing(KEY).id, now=clock.now())
        post.run(Lane.BULK, seconds=0.3)
        # As after a kill: the journal is there, with all that it remembers, and nobody holds it.
        path = post._desk.journal.path
        kept = path.read_bytes()
        post.close()
        path.write_bytes(kept)
        recover(settings(), now=material.NOW)
        db.session.rollback()
        assert get_mailing(KEY).status is not MailingStatus.PAUSED
        assert not path.exists()
