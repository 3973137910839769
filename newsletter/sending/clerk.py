"""Clerk: the thread of a run that has the database to itself.

It claims ahead, writes drafts when they run low, makes results durable a few at a time, renews the
leases, and looks every second whether somebody said stop. While PostgreSQL is away it tries again,
and nothing new is offered; what it cannot write down stays in the journal (R10). While the mark
cannot be used nothing is claimed, and all else goes on (R23).
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from flask import Flask
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from newsletter import clock
from newsletter.deliveries.record import Result
from newsletter.errors import ServerMissing
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.logs import get_logger
from newsletter.sending.answer import of_fault, of_log
from newsletter.sending.appetite import Appetite
from newsletter.sending.claim import NOTHING_KNOWN, Batch, Claimer, Owed
from newsletter.sending.facts import FAULTS
from newsletter.sending.outgoing import Outgoing
from newsletter.sending.settle import Books
from newsletter.sending.write import Draft, Writer, WriteSingle
from newsletter.transaction import transaction

log = get_logger(__name__)

# As the mapper says it, and as the driver does.
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
# How long a few results wait for more, so that they share a commit, in seconds.
LINGER = 0.1
REST = 0.25
# Mails that are written one by one take milliseconds each: of more of them in a claim the last
# would be too old to leave when it is written.
SINGLES_AT_ONCE = 200
# How long drafts are written before results are looked at again: to write and sign a whole claim
# can take the best part of a second, and an answer that is news would wait as long for its commit.
WRITE_SECONDS = 0.02
# How often a lane in which nothing was due is asked again while its letters are on the wires.
ASK_EVERY = 1.0
ASK_RELAY_AGAIN = timedelta(seconds=5)
# How long after the mark could not be used it is tried again, in seconds.
MARK_AGAIN = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
# How long, once told to stop, an absent database is waited for; the journal keeps the rest.
PATIENCE = 5.0


@dataclass
class Orders:
    """What the run tells its clerk; each is only ever set, never taken back."""

    is_over: bool = False  # no more claims; give back what waits, and end when all is written
    is_hurried: bool = False  # the process is told to stop
    is_abandoned: bool = False  # the wires failed: leave all to the journal, and end
    relay_fault: str | None = None  # why no conversation could be opened


class Clerk:
    """Works in a thread of its own from `start` until it was told that the run is over."""

    def __init__(
        self,
        app: Flask,
        lane: Lane,
        *,
        outgoing: Outgoing,
        books: Books,
        claimer: Claimer,
        writer: Writer,
        write_single: WriteSingle,
        appetite: Appetite,
        wake: Callable[[], None],
    ) -> None:
        self._app = app
        self._lane = lane
        self._outgoing = outgoing
        self._books = books
        self._claimer = claimer
        self._writer = writer
        self._write_single = write_single
        self._appetite = appetite
        self._wake = wake
        self.orders = Orders()
        self.is_dry = False  # nothing was due when it was last asked
        self._relay_said = NOTHING_KNOWN  # of the unclear ones of the latest claim
        self._settled_at = 0.0
        self._ask_at = 0.0  # not before this second since boot
        self._pause = FIRST_PAUSE
        self._bell = threading.Event()
        self._work_done: Future[None] | None = None
        self.is_done = False  # the thread came to its end: as it was told to, or by `error`

    def start(self) -> None:
        """Begin; the first claim is asked for at once."""
        threads = ThreadPoolExecutor(1, thread_name_prefix="clerk")
        self._work_done = threads.submit(self._work)
        threads.shutdown(wait=False)

    def abandon(self) -> None:
        """End at once and wait for that; what is in hand is for recovery, by the journal."""
        self.orders.is_abandoned = True
        self.ring()
        if self._work_done is not None:
            self._work_done.exception()

    def ring(self) -> None:
        """There is something to do; from any thread."""
        self._bell.set()

    @property
    def error(self) -> BaseException | None:
        """What ended the thread against its orders; waits for its end."""
        return self._work_done.exception() if self._work_done is not None else None

    def _work(self) -> None:
        try:
            with self._app.app_context():
                try:
                    self._keep_working()
                finally:
                    self._books.rest()
                    db.session.remove()
        finally:
            self.is_done = True
            self._wake()

    def _keep_working(self) -> None:
        over_since = float("inf")
        while not self.orders.is_abandoned:
            is_over = self.orders.is_over
            if is_over:
                over_since = min(over_since, clock.boot_seconds())
            try:
                if self._is_time_to_settle():
                    self._settle()
                if not is_over and self._wants_more():
                    if self._outgoing.has_unwritten:
                        self._write()
                    elif self._has_mark():
                        self._claim()
                self._pause = FIRST_PAUSE
            except AWAY as error:
                if self.orders.is_hurried and clock.boot_seconds() - over_since > PATIENCE:
                    log.error("results_left_in_journal", count=len(self._outgoing.results()))
                    return
                self._wait_for_database(error)
                continue
            self._wake()
            if is_over and self._outgoing.is_empty and self._books.is_clean:
                return
            self._rest()

    def _settle(self) -> None:
        self._settled_at = clock.boot_seconds()
        if self._books.settle(self.orders.relay_fault):
            self.is_dry, self._ask_at = False, 0.0

    def _is_time_to_settle(self) -> bool:
        """Unless there is more to write: then a few results wait for more, as they do at rest."""
        outgoing = self._outgoing
        return (not (outgoing.has_unwritten and self._wants_more())
                or outgoing.is_pressing or outgoing.has_returned or self._books.is_wary
                or clock.boot_seconds() - self._settled_at > LINGER)

    def _wait_for_database(self, error: DBAPIError | psycopg.Error) -> None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        self._books.rest()
        db.session.rollback()
        log.warning("database_away", waits=self._pause, fault=type(error).__name__,
                    sqlstate=getattr(cause, "sqlstate", None))
        threading.Event().wait(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _rest(self) -> None:
        """Wait for work, and a moment longer for more of it."""
        if self._wants_more() and not self.orders.is_over:
            return
        until_asked = self._ask_at - clock.boot_seconds()
        rest = min(REST, until_asked) if until_asked > 0 else REST
        if not self._outgoing.has_results and self._bell.wait(rest):
            self._bell.clear()
        if self._outgoing.has_results:
            self._bell.clear()  # it rang for what is committed, too
            if not (self._outgoing.is_pressing or self._outgoing.has_returned
                    or self.orders.is_over or self.orders.is_abandoned):
                self._bell.wait(LINGER)

    def _wants_more(self) -> bool:
        """Whether drafts run low, and there is something of which to make more."""
        outgoing = self._outgoing
        return (outgoing.is_open and outgoing.waiting <= self._appetite.limit // 2
                and (outgoing.has_unwritten or clock.boot_seconds() >= self._ask_at))

    def _has_mark(self) -> bool:
        """Whether what is claimed can be noted outside the database, as far as is known."""
        if self._claimer.has_mark():
            return True
        self._ask_at = clock.boot_seconds() + MARK_AGAIN
        self.is_dry = False
        return False

    def _claim(self) -> None:
        limit = self._appetite.next_limit()
        if self._lane is Lane.PROMPT:
            limit = min(limit, SINGLES_AT_ONCE)
        asked_at = clock.boot_seconds()
        self.is_dry = False
        try:
            with self._books.unsure(), transaction():
                batch = self._claimer.claim(self._lane, limit=limit, meanwhile=self._relieve)
        except ServerMissing:
            return  # the mark: a run that ended by it would cut the mails that are on the wires
        self.is_dry = batch.is_empty and batch.again_in is None
        if batch.is_empty:
            self._appetite.rest()
            wait = ASK_EVERY if batch.again_in is None else min(batch.again_in, ASK_EVERY)
            self._ask_at = asked_at + wait
        if batch.owed:
            self._books.opened(batch)
            self._take_up(batch)

    def _take_up(self, batch: Batch) -> None:
        """Nothing of a claim is offered unless it could be noted outside the database (R23)."""
        try:
            self._claimer.committed(batch, self._lane)
        except ServerMissing:
            for owed in batch.owed:
                self._books.put_back(owed, wait=timedelta(seconds=MARK_AGAIN))
            return
        self._relay_said = self._claimer.ask_relay(batch.owed)
        self._outgoing.take_in(batch.owed)
        self._relieve()  # the statement that takes a whole claim is the longest of all
        self._writer.read(batch.owed)
        db.session.rollback()

    def _write(self) -> None:
        """Make drafts of the next of what is claimed; no transaction spans the network.

        Where the database goes away in the midst of it, the rest is written later, or goes back.
        """
        drafts: list[Draft] = []
        faults: list[Result] = []
        outgoing, relay_said = self._outgoing, self._relay_said
        ends_at = clock.boot_seconds() + WRITE_SECONDS
        try:
            while owed := outgoing.next_unwritten():
                if outgoing.brims_with(len(faults)) or clock.boot_seconds() > ends_at:
                    break
                if owed.message_id in relay_said.taken:
                    outgoing.finish(of_log(owed, now=clock.unix_seconds()))
                elif owed.message_id in relay_said.undecided:
                    self._books.put_back(owed, wait=ASK_RELAY_AGAIN)
                elif isinstance(made := self._draft(owed), Draft):
                    drafts.append(made)
                else:
                    faults.append(made)
                outgoing.seen_to()
                self._relieve()
            db.session.rollback()
        finally:
            outgoing.put(drafts)
            # Not before: they are news, and while news waits for its commit few others have room.
            for fault in faults:
                outgoing.finish(fault)

    def _relieve(self) -> None:
        """Let no conversation wait for room while a claim is made."""
        if self._outgoing.is_enough:
            self._books.settle_plain()
            self._wake()

    def _draft(self, owed: Owed) -> Draft | Result:
        try:
            if owed.due.variant_id is not None:
                return self._writer.draft(owed)
            return self._writer.draft_single(owed, self._write_single)
        except FAULTS as error:
            log.error("mail_unmakeable", delivery=owed.due.id, fault=type(error).__name__)
            return of_fault(owed, error, now=clock.unix_seconds())
