"""Settle: what has come to an end is made durable, and what is in hand is kept in hand."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg

from newsletter import clock
from newsletter.deliveries import claim as ledger
from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.deliveries.models import Outcome
from newsletter.deliveries.pace import Candidate, domain_of, give_back, halted
from newsletter.deliveries.record import Result, prepare_to_record, record, record_alone
from newsletter.extensions import db
from newsletter.mailer.reply_class import is_beyond_relay
from newsletter.sending.appetite import Appetite
from newsletter.sending.brake import Given, Unnoted, brake
from newsletter.sending.claim import Batch, Owed
from newsletter.sending.lease import Leases
from newsletter.sending.outgoing import Outgoing
from newsletter.sending.pace import heed
from newsletter.transaction import transaction

RELAY_ALARM = ("relay_unreachable", "relay")
WAIT_FOR_RELAY = timedelta(seconds=10)
LOOK_EVERY = 1.0  # seconds between two looks whether somebody said stop (D06)
# So long after an answer that was about us we look at every commit: the brake may have been pulled
# by another process, and hardly a mail is to follow it (R20).
WARY_SECONDS = 10.0

_ANSWERS = (Outcome.ACCEPTED, Outcome.DEFERRED, Outcome.REFUSED, Outcome.ABOUT_SENDER)


def write_down(
    results: Sequence[Result], *, worker: str, now: datetime, before: Sequence[Given] = ()
) -> None:
    """Record results in the caller's transaction, with all that follows from them.

    `before` are answers that were recorded earlier, and that the brake has not heard of.
    """
    record(results, worker=worker)
    heed(db.session(), results)
    unmakeable = [each for each in results if each.outcome is Outcome.UNMAKEABLE]
    for subject, first in _causes(unmakeable).items():
        raise_alarm("mail_unmakeable", subject, now=now, first_delivery=first)
    untakeable = [each for each in results if each.outcome is Outcome.REFUSED
                  and is_beyond_relay(each.reply_code or "")]
    for subject, first in _causes(untakeable).items():
        raise_alarm("mail_untakeable", subject, now=now, first_delivery=first)
    brake(db.session(), [*before, *(
        Given(each.mailing_id, each.outcome is Outcome.ABOUT_SENDER, each.reply_code,
              each.reply_text)
        for each in results if each.outcome in _ANSWERS
    )], now=now)


def _causes(results: Sequence[Result]) -> dict[str, int]:
    """By mailing and code, the first delivery of each: a mailing of a million rings once."""
    found: dict[str, int] = {}
    for each in results:
        whose = f"mailing:{each.mailing_id}" if each.mailing_id else "single"
        found.setdefault(f"{whose}:{each.reply_code}", each.delivery_id)
    return found


def _are_plain(results: Sequence[Result]) -> bool:
    """Whether nothing follows from them but their rows."""
    return all(each.outcome is Outcome.ACCEPTED for each in results)


def _connect() -> psycopg.Connection:
    """A connection on which each statement commits by itself; of no pool, for it remembers one."""
    pooled = db.engine.raw_connection()
    connection = pooled.driver_connection
    pooled.detach()
    assert isinstance(connection, psycopg.Connection)
    connection.autocommit = True
    # Its one statement is planned once, not anew for each few numbers, and so that the plan stays
    # right however many deliveries there will be; and by no loop in a loop, which for so few rows
    # as it expects seems cheap and compares each result with each delivery.
    connection.execute("set plan_cache_mode = force_generic_plan; set enable_seqscan = off;"
                       " set enable_nestloop = off")
    return connection


class Books:
    """What one run owes the database; for the clerk's thread alone."""

    def __init__(
        self, outgoing: Outgoing, leases: Leases, appetite: Appetite, *, worker: str
    ) -> None:
        self._outgoing = outgoing
        self._leases = leases
        self._appetite = appetite
        self._worker = worker
        self._back: list[tuple[Owed, timedelta]] = []  # never offered, and due again after so long
        self._to_close: list[int] = []
        self._is_unsure = False
        self._told: str | None = None  # what was said last of the relay
        self._looked_at = clock.boot_seconds()
        self._wary_until = 0.0
        self._unnoted = Unnoted()
        self._connection: psycopg.Connection | None = None

    @property
    def is_clean(self) -> bool:
        """Whether no claim is open and none may be."""
        return not (self._leases.ids or self._to_close or self._back or self._is_unsure)

    @property
    def is_wary(self) -> bool:
        """Whether an answer of late was about us: then each commit looks for the brake."""
        return clock.boot_seconds() < self._wary_until

    @contextmanager
    def unsure(self) -> Iterator[None]:
        """Around a claim: if its commit's answer is lost, it may hold what we know nothing of."""
        was, self._is_unsure = self._is_unsure, True
        yield
        self._is_unsure = was

    def opened(self, batch: Batch) -> None:
        """A claim that is committed."""
        self._leases.add(batch.claim_id, len(batch.owed), asked_at=batch.asked_at)

    def put_back(self, owed: Owed, *, wait: timedelta) -> None:
        """One that is not to be offered now, and is due again after so long."""
        self._back.append((owed, wait))

    def settle(self, relay_fault: str | None) -> bool:
        """All that is due, in one transaction; to be called again when that failed (R11).

        Whether something went back that is due again.
        """
        results = self._outgoing.results()
        wait = WAIT_FOR_RELAY if relay_fault else timedelta(0)
        self._back += [(owed, wait) for owed in self._outgoing.take_returned()]
        self._to_close += self._leases.ended()
        asked_at = clock.boot_seconds()
        renews, looks = self._leases.ask_renewal(), self._is_time_to_look(results, asked_at)
        is_new_fault = relay_fault not in (None, self._told)
        has_more = bool(self._back or self._to_close or renews or looks or is_new_fault
                        or self._is_unsure)
        if not has_more and (not results or self.settle_plain()):
            return False
        held: list[int] | None = None
        stopped: Collection[int | None] = ()
        sent: Collection[int] = ()
        with transaction():
            give_back(db.session(), [
                Candidate(owed.due.id, domain_of(owed.address)) for owed, _ in self._back])
            if self._is_unsure:
                ledger.let_go_unknown(self._worker, known=[*self._leases.ids, *self._to_close])
            write_down(results, worker=self._worker, now=clock.now(),
                       before=self._unnoted.answers())
            self._tell(results, relay_fault)
            self._release()
            ledger.close_claims(self._to_close)
            if renews:
                held = ledger.renew(self._leases.ids, lease=self._leases.length)
            if looks:
                stopped = halted(db.session(), self._outgoing.mailings())
                sent = ledger.sent_before(self._outgoing.ids())
        self._is_unsure = False
        self._unnoted.clear()
        is_due_again = any(not wait for _, wait in self._back)
        over = Counter(owed.claim_id for owed, _ in self._back)
        self._back.clear()
        self._to_close.clear()
        self._forget(results, over)
        if held is not None:
            self._leases.renewed(held, asked_at=asked_at)
        if looks:
            self._looked_at = asked_at
            self._outgoing.withdraw(stopped, sent)
        return is_due_again

    def settle_plain(self) -> bool:
        """Record the results, if nothing else follows from them; also in the midst of a claim.

        Whether it did.
        """
        results = self._outgoing.results()
        if self._told != "" or not _are_plain(results):
            return False
        # A late answer settles a row that nobody holds, which the claim in hand may have locked:
        # on a connection of its own we should wait for ourselves.
        if not all(map(self._leases.holds, {each.claim_id for each in results})):
            return False
        self._record_alone(results)
        self._unnoted.add(each.mailing_id for each in results)
        self._forget(results, Counter())
        return True

    def _record_alone(self, results: Sequence[Result]) -> None:
        """One statement that is its own transaction: one turn of the line for all."""
        try:
            if self._connection is None:
                self._connection = _connect()
                prepare_to_record(self._connection.pgconn)
            record_alone(results, worker=self._worker, connection=self._connection.pgconn)
        except psycopg.Error:
            self.rest()
            raise

    def rest(self) -> None:
        """Close the connection; to be called at the end of a run and when it broke."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_time_to_look(self, results: Sequence[Result], now: float) -> bool:
        if any(each.outcome is Outcome.ABOUT_SENDER for each in results):
            self._wary_until = now + WARY_SECONDS
        return (bool(results) and self.is_wary) or now - self._looked_at > LOOK_EVERY

    def _tell(self, results: Sequence[Result], relay_fault: str | None) -> None:
        """Whether the relay can be used, where people look for it."""
        now = clock.now()
        if relay_fault is not None and self._told != relay_fault:
            raise_alarm(*RELAY_ALARM, now=now, reason=relay_fault)
            self._told = relay_fault
        elif self._told != "" and any(each.outcome in _ANSWERS for each in results):
            clear_alarm(*RELAY_ALARM, now=now)
            self._told = ""

    def _release(self) -> None:
        """What was never offered goes back as it was; only our own claims are touched."""
        for wait in {wait for _, wait in self._back}:
            mine = [owed for owed, its in self._back if its == wait]
            ledger.release([owed.due.id for owed in mine], wait=wait,
                           claim_ids=list({owed.claim_id for owed in mine}))

    def _forget(self, results: Sequence[Result], over: Counter[int]) -> None:
        """After the commit: this much is in hand no more."""
        self._outgoing.committed(len(results))
        self._appetite.served(len(results))
        over.update(each.claim_id for each in results)
        for claim_id, count in over.items():
            self._leases.done(claim_id, count)
