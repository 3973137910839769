"""Evidence: what journals and the own relay's log say of deliveries that a backup calls open."""

import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter import clock
from newsletter.config import Settings
from newsletter.deliveries.models import DeliveryStatus
from newsletter.deliveries.reconcile import OpenDelivery
from newsletter.deliveries.record import Result
from newsletter.deliveries.restore_models import Restore
from newsletter.errors import RelayUnreachable
from newsletter.mailer.connect import connect, context_of
from newsletter.mailer.relay_log import Answer, RelayLog
from newsletter.mailer.relay_takes import Take
from newsletter.mailings.queries import keys_of
from newsletter.sending import journal
from newsletter.sending.claim import LOG_SLACK, NOTHING_KNOWN
from newsletter.sending.names_left_under import names_left_under
from newsletter.tokens import Signer

# How long the log may take to show that the relay was spoken to just now.
LOG_SECONDS = 10.0
GREETING_SECONDS = 10.0


class Fate(StrEnum):
    """What became of an open delivery after the backup, and so what becomes of it now."""

    SENT_BY_JOURNAL = "sent_by_journal"
    SENT_BY_LOG = "sent_by_log"
    UNSENT_BY_LOG = "unsent_by_log"
    BEYOND_MARK = "beyond_mark"  # never claimed, by a mark that knows every claim
    NOT_DUE = "not_due"  # its turn comes after the restore
    CLOSED = "closed"  # it was due, and nobody can prove that it did not leave
    IN_HAND = "in_hand"  # a worker holds it at this moment


@dataclass(frozen=True)
class Judged:
    """The fate of a delivery, and what proves that it was sent."""

    delivery: OpenDelivery
    fate: Fate
    take: Take | None = None
    result: Result | None = None


class Evidence:
    """All that is known outside the database. `is_mark_whole`: the mark knows every claim."""

    def __init__(
        self, settings: Settings, signer: Signer, restore: Restore, *, is_mark_whole: bool
    ) -> None:
        self._settings = settings
        self._signer = signer
        self._restore = restore
        self._is_mark_whole = is_mark_whole
        self._domain = settings.mail_from.rpartition("@")[2]
        self._by_journal = _sent_by_journals(settings, restore)
        self._log = RelayLog(settings.relay_log) if settings.relay_log else None

    def judge(self, deliveries: Sequence[OpenDelivery]) -> list[Judged]:
        """The fate of each. Raises ServerMissing when RELAY_LOG is set and cannot be read."""
        keys = keys_of({each.mailing_id for each in deliveries if each.mailing_id is not None})
        names = {each.id: names_left_under(each, keys, signer=self._signer, domain=self._domain)
                 for each in deliveries}
        answer = self._ask_log(deliveries, names.values())
        return [self._judge(each, names[each.id], answer) for each in deliveries]

    def is_log_fresh(self) -> bool | None:
        """Whether the log tells what the relay does now; it is spoken to, so that it has news.

        Only what such a log does not name was surely not taken. None when there is no log.
        """
        if self._log is None:
            return None
        _greet(self._settings)
        until = clock.boot_seconds() + LOG_SECONDS
        while not self._is_log_past_restore():
            if clock.boot_seconds() > until:
                return False
            threading.Event().wait(0.2)
        return True

    def _is_log_past_restore(self) -> bool:
        assert self._log is not None
        settled = self._log.ask([], since=self._since()).settled_until
        return settled is not None and settled > self._restore.noticed_at

    def _since(self, unclear: Iterable[OpenDelivery] = ()) -> datetime:
        """From when on the log matters: what the backup knew as unclear may be older."""
        moments = [each.first_claimed_at for each in unclear if each.first_claimed_at is not None]
        moments.append(self._restore.backed_up_at or self._restore.noticed_at - timedelta(days=7))
        return min(moments) - LOG_SLACK

    def _ask_log(
        self, deliveries: Sequence[OpenDelivery], names: Iterable[list[str]]
    ) -> Answer:
        if self._log is None:
            return NOTHING_KNOWN
        unclear = [each for each in deliveries if each.unclear_count]
        return self._log.ask([name for several in names for name in several],
                             since=self._since(unclear))

    def _judge(self, delivery: OpenDelivery, names: list[str], answer: Answer) -> Judged:
        take = next((answer.taken[name] for name in names if name in answer.taken), None)
        if take is not None:
            return Judged(delivery, Fate.SENT_BY_LOG, take=take)
        result = self._by_journal.get(delivery.id)
        if result is not None:
            return Judged(delivery, Fate.SENT_BY_JOURNAL, result=result)
        if delivery.status is DeliveryStatus.CLAIMED:
            return Judged(delivery, Fate.IN_HAND)
        if names and all(
            answer.is_surely_not_taken(name, offered_before=self._restore.noticed_at)
            for name in names
        ):
            return Judged(delivery, Fate.UNSENT_BY_LOG)
        if self._is_beyond_mark(delivery):
            return Judged(delivery, Fate.BEYOND_MARK)
        return Judged(delivery, Fate.NOT_DUE if self._comes_later(delivery) else Fate.CLOSED)

    def _is_beyond_mark(self, delivery: OpenDelivery) -> bool:
        if not (self._is_mark_whole and delivery.is_untouched):
            return False
        restore = self._restore
        if not delivery.is_in_backup:
            # Planned anew, with another number: no mailing that the backup lacks was ever claimed.
            return restore.marked_bulk <= restore.found_delivery
        is_bulk = delivery.mailing_id is not None
        return delivery.id > (restore.marked_bulk if is_bulk else restore.marked_prompt)

    def _comes_later(self, delivery: OpenDelivery) -> bool:
        return (delivery.is_in_backup and delivery.status is not DeliveryStatus.UNCLEAR
                and delivery.due_at > self._restore.noticed_at)


def _sent_by_journals(settings: Settings, restore: Restore) -> dict[int, Result]:
    """What processes of this machine heard and the backup cannot know."""
    found: dict[int, Result] = {}
    for path in journal.journals(settings.spool):
        with suppress(FileNotFoundError):
            for entry in journal.read(path).entries:
                result = entry.result
                if result is not None and result.status is DeliveryStatus.SENT and (
                        result.delivery_id <= restore.found_delivery):
                    found[result.delivery_id] = result
    return found


def _greet(settings: Settings) -> None:
    """Connect and leave: a relay notes both."""
    with suppress(RelayUnreachable, OSError):
        found = connect(
            settings.smtp_url, helo=settings.mail_from.rpartition("@")[2],
            seconds=GREETING_SECONDS, context=context_of(settings.smtp_url, settings.smtp_ca_file),
        )
        with found.socket:
            found.socket.sendall(b"QUIT\r\n")
            found.socket.settimeout(GREETING_SECONDS)
            with suppress(socket.timeout):
                found.socket.recv(512)
