"""Run: a thread for the wires and one for the ledger, until nothing is due or the time is up.

When a process is killed, what it had offered without an answer is unclear: one letter for each of
its conversations. All else stands in its journal, or was never offered.
"""

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from flask import Flask

from newsletter import clock
from newsletter.config import Settings
from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.deliveries.models import DeliveryStatus
from newsletter.dkim_keys import Keyring
from newsletter.jobs import Lane
from newsletter.logs import get_logger
from newsletter.sending.appetite import Appetite
from newsletter.sending.clerk import Clerk
from newsletter.sending.desk import Desk, desk_of
from newsletter.sending.journal import Journal
from newsletter.sending.notice_restore import is_mark_usable
from newsletter.sending.recover import recover_journals
from newsletter.sending.write import Writer, WriteSingle, no_single
from newsletter.tokens import Signer
from newsletter.transaction import transaction

log = get_logger(__name__)

KEY_ALARM = "dkim_selector_gone"
KEYS_ALARM = ("dkim_keys_unusable", "keys")
SPOOL_ALARM = ("spool_unusable", "spool")
# How long letters on the wires are waited for before more are taken instead.
DRAIN_SECONDS = 2.0
# The same when the process is told to stop, or its clerk failed; then they stay unclear (R08).
STOP_SECONDS = 10.0
# How long a turn of the wires waits for something to happen.
TURN_SECONDS = 0.25


@dataclass
class Tally:
    """What one run came to; `has_more` says that it stopped for time with work left."""

    sent: int = 0
    has_more: bool = False


class Post:
    """One process's way out; it keeps its conversations with the relay from run to run.

    `is_stopping` tells, at any time and from any thread, whether the process is to end. Raises
    BadSettings when there is no `keyring` yet, and none can be made.
    """

    def __init__(
        self, app: Flask, *, keyring: Keyring | None = None,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._app = app
        self._is_stopping = is_stopping
        self._settings: Settings = app.config["SETTINGS"]
        self._signer: Signer = app.extensions["signer"]
        self._keyring = keyring or Keyring.load(self._settings)
        self._writer = Writer(self._settings, self._signer, self._keyring)
        self._appetite = Appetite(
            least=2 * self._settings.smtp_connections, most=self._settings.claim_size
        )
        self._desk: Desk | None = None
        self._told: set[str] = set()  # selectors that are gone, as was said
        self._told_fault: str | None = ""  # of the keys; an alarm may be open from an earlier life

    def run(
        self, lane: Lane, *, seconds: float, write_single: WriteSingle = no_single
    ) -> Tally:
        """Send what is due in a lane for at most so many seconds, plus what then has to end.

        A lane with mails that have no variant needs what writes them, `single.write_single_mail`.
        Raises what the database raised, or a fault of ours, once the mails on the wires had some
        seconds for their answers; those are in the ledger if it takes them, else in the journal
        for recovery. Raises ValueError for the prompt lane without it.
        """
        if lane is Lane.PROMPT and write_single is no_single:
            raise ValueError("the prompt lane needs what writes its mails")
        if self._is_stopping():
            return Tally(has_more=True)
        desk = self._desk or self._open_desk()
        if desk is None:
            return Tally()
        self._keyring.try_again()
        self._tell_of_fault()
        clerk = Clerk(
            self._app, lane, outgoing=desk.outgoing, books=desk.books, claimer=desk.claimer,
            writer=self._writer, write_single=write_single, appetite=self._appetite,
            wake=desk.wires.wake,
        )
        sent_before = desk.outgoing.tally[DeliveryStatus.SENT]
        desk.outgoing.withdraw(())  # what was paused in an earlier run may be going on again
        desk.outgoing.open(clerk.ring)
        clerk.start()
        try:
            self._turn(desk, clerk, seconds)
        except BaseException:
            clerk.abandon()
            self.close()
            raise
        if clerk.error is not None:
            self._give_up(desk, clerk.error)
        self._tell_of_keys()
        sent = desk.outgoing.tally[DeliveryStatus.SENT] - sent_before
        # A relay that cannot be reached is tried again by the tick, not at once.
        return Tally(sent, has_more=not clerk.is_dry and clerk.orders.relay_fault is None)

    def close(self) -> None:
        """Let go of relay and journal; the journal stays if the database lacks what it says."""
        desk, self._desk = self._desk, None
        if desk is not None:
            desk.wires.close()
            desk.journal.close(is_settled=desk.outgoing.is_empty and desk.books.is_clean)

    def _give_up(self, desk: Desk, error: BaseException) -> NoReturn:
        """Nobody is left who can claim or record: let what is on the wires end, and raise.

        A conversation that is cut is a second copy to somebody: the relay may have the first.
        """
        outgoing, ends_at = desk.outgoing, clock.boot_seconds() + STOP_SECONDS
        outgoing.close()
        try:
            while outgoing.spoken_of and clock.boot_seconds() < ends_at:
                desk.wires.turn(TURN_SECONDS, waiting=0)
            self.close()
            recover_journals(self._settings, now=clock.now())
        finally:
            self.close()
            raise error

    def _open_desk(self) -> Desk | None:
        """None, with an alarm, when there is no mark or no room for a journal (R23, R24).

        Then nothing is sent.
        """
        worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        recover_journals(self._settings, now=clock.now())
        if not is_mark_usable(self._settings, now=clock.now()):
            return None
        try:
            journal = Journal(self._settings.spool, worker)
        except OSError as error:
            log.error("spool_unusable", reason=error.strerror)
            with transaction():
                raise_alarm(*SPOOL_ALARM, now=clock.now(), reason=error.strerror)
            return None
        with transaction():
            clear_alarm(*SPOOL_ALARM, now=clock.now())
        self._desk = desk_of(
            self._settings, self._signer, self._keyring, journal=journal, worker=worker,
            appetite=self._appetite,
        )
        return self._desk

    def _tell_of_keys(self) -> None:
        """Mails that began with a key that is gone have other bytes now: somebody must know."""
        news, self._told = self._keyring.gone - self._told, set(self._keyring.gone)
        if news:
            with transaction():
                for selector in sorted(news):
                    raise_alarm(KEY_ALARM, f"selector:{selector}", now=clock.now())

    def _tell_of_fault(self) -> None:
        """Keys that cannot be read sign no longer than this process lives: somebody must know."""
        fault = self._keyring.fault
        if fault == self._told_fault:
            return
        with transaction():
            if fault is None:
                clear_alarm(*KEYS_ALARM, now=clock.now())
            else:
                raise_alarm(*KEYS_ALARM, now=clock.now(), reason=fault)
        self._told_fault = fault

    def _turn(self, desk: Desk, clerk: Clerk, seconds: float) -> None:
        """Drive the wires until the clerk has ended."""
        outgoing, wires, orders = desk.outgoing, desk.wires, clerk.orders
        wires.rest()
        wires.retry()
        ends_at = clock.boot_seconds() + seconds
        closes_at = float("inf")
        timed_out = False
        while not clerk.is_done:
            wires.turn(TURN_SECONDS, waiting=outgoing.waiting)
            now = clock.boot_seconds()
            if not orders.is_hurried and self._is_stopping():
                orders.is_hurried = True
                outgoing.close()
                closes_at = now + STOP_SECONDS
            if now > closes_at:
                wires.hang_up()  # what is without an answer stays unclear
            if orders.is_over:
                continue
            if wires.refusal is not None and outgoing.waiting:
                orders.relay_fault = wires.refusal
                outgoing.close()
            timed_out = timed_out or orders.is_hurried or now > ends_at
            if timed_out and outgoing.is_open:
                outgoing.close()
                ends_at = now + DRAIN_SECONDS
            if outgoing.is_open:
                is_over = clerk.is_dry and outgoing.is_empty
            else:
                is_over = not outgoing.spoken_of
                if not is_over and now > ends_at and not orders.is_hurried:
                    # One slow answer must not keep all others waiting: go on meanwhile.
                    outgoing.open(clerk.ring)
                    timed_out, ends_at = False, now + seconds
            if is_over:
                outgoing.close()
                orders.is_over = True
                clerk.ring()
