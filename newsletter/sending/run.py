"""Run: claim a little, write, send, record; again until nothing is due or the time is up.

The outcomes of one batch and the claim of the next are one commit. In flight is never more than
one batch, CLAIM_SIZE deliveries, over one connection a process.
"""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TypeVar

from flask import Flask
from sqlalchemy.exc import OperationalError

from newsletter import clock
from newsletter.config import Settings
from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.deliveries.claim import release
from newsletter.deliveries.models import DeliveryStatus
from newsletter.deliveries.record import Result, record
from newsletter.errors import RelayDropped, RelayUnreachable
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.logs import get_logger
from newsletter.mailer.smtp import Letter, Session, Timeouts
from newsletter.sending.answer import Judge
from newsletter.sending.claim import Batch, Owed, claim_batch
from newsletter.sending.lease import Lease
from newsletter.sending.write import FAULTS, Writer
from newsletter.tokens import Signer
from newsletter.transaction import transaction

log = get_logger(__name__)

T = TypeVar("T")

RELAY_ALARM = ("relay_unreachable", "relay")
WAIT_FOR_RELAY = timedelta(seconds=10)
# How long an outcome that is known is tried to be written down before recovery takes over.
PATIENCE_SECONDS = 60.0


@dataclass
class Tally:
    """What one run came to; `has_more` says that it stopped for time with work left."""

    sent: int = 0
    has_more: bool = False


class Post:
    """One process's way out: a lasting session with the relay and a writer with its cache."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._settings: Settings = app.config["SETTINGS"]
        self._signer: Signer = app.extensions["signer"]
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._random = Random()
        self._was_reached = False
        self.writer = Writer(self._settings, self._signer)
        self.session = Session(
            self._settings.smtp_url,
            Timeouts(self._settings.smtp_timeout_seconds,
                     self._settings.smtp_final_timeout_seconds),
            helo=self._settings.mail_from.rpartition("@")[2],
        )

    def run(self, lane: Lane, *, seconds: float) -> Tally:
        """Send what is due in a lane for at most so many seconds (plus one answer)."""
        deadline = clock.boot_seconds() + seconds
        tally = Tally()
        results: list[Result] = []
        while True:
            asked_at = clock.boot_seconds()
            batch = self._settle(results, lane=lane if asked_at < deadline else None)
            results = []
            if batch is None or batch.is_empty:
                tally.has_more = batch is None
                return tally
            if not batch.owed:
                continue  # all of it was skipped
            results = self._send(batch, asked_at=asked_at, deadline=deadline)
            tally.sent += sum(result.status is DeliveryStatus.SENT for result in results)
            if not results:  # nothing was offered: the relay is away, or the time was up
                tally.has_more = clock.boot_seconds() > deadline
                return tally

    def _settle(self, results: list[Result], *, lane: Lane | None) -> Batch | None:
        """Make outcomes durable and take the next batch, in one commit.

        While PostgreSQL is away nothing is sent; recording again what was recorded before an
        answer got lost adds nothing (R10, R11).
        """

        def settle() -> Batch | None:
            with transaction():
                record(results, worker=self._worker)
                if lane is None:
                    return None
                return claim_batch(
                    lane,
                    limit=self._settings.claim_size,
                    lease=timedelta(seconds=self._settings.lease_seconds),
                    signer=self._signer,
                    domain=self._settings.mail_from.rpartition("@")[2],
                )

        return _patiently(settle) if results else settle()

    def _send(self, batch: Batch, *, asked_at: float, deadline: float) -> list[Result]:
        judge = Judge(
            batch.claim_id, timedelta(hours=self._settings.retry_hours), self._random
        )
        results: list[Result] = []
        letters = self._write(batch, judge, results)
        length = timedelta(seconds=self._settings.lease_seconds)
        left = list(letters)
        with Lease(self._app, batch.claim_id, length=length, asked_at=asked_at) as lease:
            try:
                while left and lease.holds() and clock.boot_seconds() < deadline:
                    owed, letter = left[0]
                    results.append(self._offer(owed, letter, judge))
                    left.pop(0)
            except RelayUnreachable as error:
                self._give_up_for_now(batch, left, error)
                return results
        if len(left) < len(letters):
            self._relay_answers()
        self._give_back(batch, left, wait=timedelta(0))
        return results

    def _write(
        self, batch: Batch, judge: Judge, results: list[Result]
    ) -> list[tuple[Owed, Letter]]:
        """Write the whole batch before the first byte leaves: no transaction spans the network."""
        letters = []
        for owed in batch.owed:
            try:
                letters.append((owed, self.writer.write(owed)))
            except FAULTS as error:
                log.error("mail_unmakeable", delivery=owed.delivery.id, fault=type(error).__name__)
                results.append(judge.of_fault(owed, error, now=clock.now()))
        db.session.rollback()
        for result in results:
            with transaction():
                raise_alarm("mail_unmakeable", f"delivery:{result.delivery_id}",
                            now=clock.now(), code=result.reply_code)
        return letters

    def _offer(self, owed: Owed, letter: Letter, judge: Judge) -> Result:
        started_at = clock.now()
        try:
            reply = self.session.deliver(letter)
        except RelayDropped as dropped:
            return judge.of_drop(owed, dropped, started_at=started_at, now=clock.now())
        return judge.of_reply(owed, reply, started_at=started_at, now=clock.now())

    def _give_up_for_now(
        self, batch: Batch, left: list[tuple[Owed, Letter]], error: RelayUnreachable
    ) -> None:
        log.warning("relay_unreachable", reason=str(error))
        self._was_reached = False
        self._give_back(batch, left, wait=WAIT_FOR_RELAY)
        reason = type(error.__cause__).__name__
        _write_down(lambda: raise_alarm(*RELAY_ALARM, now=clock.now(), reason=reason))

    def _relay_answers(self) -> None:
        if not self._was_reached:
            _write_down(lambda: clear_alarm(*RELAY_ALARM, now=clock.now()))
            self._was_reached = True

    def _give_back(
        self, batch: Batch, left: list[tuple[Owed, Letter]], *, wait: timedelta
    ) -> None:
        """What was never offered goes back as it was; only the owner's claim is touched."""
        ids = [owed.delivery.id for owed, _ in left]
        if ids:
            _write_down(lambda: release(ids, claim_id=batch.claim_id, wait=wait))


def _write_down(deed: Callable[[], object]) -> None:
    """Commit the deed, however often it takes: outcomes that are not yet recorded hang on it."""

    def committed() -> None:
        with transaction():
            deed()

    _patiently(committed)


def _patiently(deed: Callable[[], T]) -> T:
    """The deed's result, tried again while the database is away. Raises OperationalError."""
    until = clock.boot_seconds() + PATIENCE_SECONDS
    pause = 0.1
    while True:
        try:
            return deed()
        except OperationalError:
            if clock.boot_seconds() > until:
                raise
            log.warning("database_away", waits=pause)
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
