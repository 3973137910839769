"""Claim with addresses: what is due, to whom, and with what every attempt of it is made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter import clock
from newsletter.config import Settings
from newsletter.deliveries import claim as ledger
from newsletter.deliveries.claim import Due, Fixed
from newsletter.deliveries.due import lock_due
from newsletter.deliveries.models import DeliveryStatus
from newsletter.deliveries.pace import (
    ASK_AGAIN_SECONDS,
    Candidate,
    admit,
    domain_of,
    look,
    next_turn,
    room,
)
from newsletter.dkim_keys import Keyring
from newsletter.emails.written import MAIL
from newsletter.errors import ServerMissing
from newsletter.extensions import db
from newsletter.high_water import HighWater
from newsletter.jobs import Lane
from newsletter.logs import get_logger
from newsletter.mailer.relay_log import Answer, RelayLog
from newsletter.mailings.queries import keys_of
from newsletter.sending.eligible import Addressed, eligible
from newsletter.sending.envelope import message_id_in_mailing, message_id_of_single
from newsletter.sending.facts import FAULTS, facts_of
from newsletter.sending.notice_restore import is_mark_usable, mark_of, note_restore
from newsletter.subscribers.queries import Recipient
from newsletter.tokens import Signer

log = get_logger(__name__)

NOTHING_KNOWN = Answer({}, frozenset(), None)
# The relay's clock and the database's may differ by so much.
LOG_SLACK = timedelta(minutes=5)


@dataclass(slots=True)
class Owed:
    """A claimed delivery with its address and all that its bytes depend on (R04).

    `asked_at` is the boot second before its claim was asked for.
    """

    due: Due
    claim_id: int
    asked_at: float
    address: str
    fixed: Fixed
    message_id: str
    mailing_key: str | None
    # What the links to her choices carry, so that a changed address ends those in earlier mails.
    link_nonce: int
    # What a single mail says; empty for one of a mailing.
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Batch:
    """What one claim took, how many were no longer wanted, and in how many seconds more is due.

    `asked_at` is the boot second before it was asked for; `again_in` is None when nothing is known
    to come.
    """

    claim_id: int = 0
    asked_at: float = 0.0
    owed: tuple[Owed, ...] = ()
    skipped: int = 0
    again_in: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was due."""
        return not self.owed and not self.skipped


class Claimer:
    """Takes deliveries for one worker, each claim in the caller's transaction."""

    def __init__(
        self, settings: Settings, signer: Signer, keyring: Keyring, *, worker: str
    ) -> None:
        self._settings = settings
        self._signer = signer
        self._keyring = keyring
        self._worker = worker
        self._domain = settings.mail_from.rpartition("@")[2]
        self._mailing_keys: dict[int, str] = {}
        self._relay_log = RelayLog(settings.relay_log) if settings.relay_log else None
        self._mark: HighWater | None = None
        self._is_mark_in_doubt = False

    def has_mark(self) -> bool:
        """Whether the mark may be relied on; in doubt it is tried, and its alarm is seen to.

        To be asked outside a transaction, before each claim.
        """
        if self._is_mark_in_doubt:
            self._is_mark_in_doubt = not is_mark_usable(self._settings, now=clock.now())
        return not self._is_mark_in_doubt

    def claim(
        self, lane: Lane, *, limit: int, meanwhile: Callable[[], None] = lambda: None
    ) -> Batch:
        """Take at most `limit` that are due, wanted, and have room; who left is skipped (R16).

        `meanwhile` is called a few times, for what must not wait until all is done. Raises
        ServerMissing when the mark cannot be read.
        """
        asked_at = clock.boot_seconds()
        session = db.session()
        pace = look(session)
        if pace.is_limited:
            limit = room(session, lane=lane, wanted=limit)
        if pace.is_stopped or not limit:
            return Batch(again_in=ASK_AGAIN_SECONDS)
        due = ledger.read_due(lock_due(lane, limit=limit))
        if not due:
            return Batch(again_in=next_turn(session, lane=lane))
        meanwhile()
        if self._mark is None:
            self._mark = mark_of(self._settings)
        # Before a number is drawn: whoever raised the mark drew a lower one, and committed it.
        with self._doubting():
            mark = self._mark.read()
        addressed, skipped = eligible(
            due, signer=self._signer, tests_to=self._settings.test_addresses)
        for reason, ids in skipped.items():
            ledger.skip(ids, reason=reason)
        count = sum(map(len, skipped.values()))
        meanwhile()
        again_in: float | None = None
        if pace.is_limited:
            addressed, again_in = self._with_room(addressed, lane)
        if not addressed:
            return Batch(skipped=count, again_in=again_in)
        claim_id, fixed = self._open(lane)
        if claim_id <= mark.claim:
            db.session.rollback()  # what was skipped or put off, too: a backup does not know
            note_restore(mark, now=clock.now())
            return Batch(again_in=ASK_AGAIN_SECONDS)
        self._learn_keys([each.due.mailing_id for each in addressed])
        meanwhile()
        owed = tuple(self._owed(each, claim_id, asked_at, fixed) for each in addressed)
        meanwhile()
        ledger.take(
            claim_id,
            {each.due.id: each.link_nonce for each in owed},
            {each.due.id: each.said for each in owed if each.said and each.due.first is None},
        )
        return Batch(claim_id, asked_at, owed, count, again_in)

    def committed(self, batch: Batch, lane: Lane) -> None:
        """Note outside the database how far it came, before anything of the claim is offered.

        Raises ServerMissing when that cannot be noted; then nothing may be offered (R23).
        """
        if batch.owed and self._mark is not None:
            with self._doubting():
                self._mark.raise_to(batch.claim_id, lane=lane,
                                    delivery_id=max(each.due.id for each in batch.owed))

    def ask_relay(self, owed: Sequence[Owed]) -> Answer:
        """Which of those that are unclear our own relay has taken, by its log (R12).

        Nothing is known without a log; a log that cannot be read is said, and holds nothing up.
        """
        unclear = [each for each in owed if each.due.status is DeliveryStatus.UNCLEAR]
        if self._relay_log is None or not unclear:
            return NOTHING_KNOWN
        try:
            return self._relay_log.ask(
                [each.message_id for each in unclear],
                since=min(each.fixed.at for each in unclear) - LOG_SLACK,
            )
        except ServerMissing as error:
            log.error("relay_log_unreadable", reason=str(error))
            return NOTHING_KNOWN

    @contextmanager
    def _doubting(self) -> Iterator[None]:
        """Around what needs the mark: when that fails, it is tried before the next claim."""
        was, self._is_mark_in_doubt = self._is_mark_in_doubt, True
        yield
        self._is_mark_in_doubt = was

    def _with_room(
        self, addressed: list[Addressed], lane: Lane
    ) -> tuple[list[Addressed], float | None]:
        """Those that may leave now; the rest is put off, the first of it for so many seconds."""
        admitted = admit(db.session(), [
            Candidate(each.due.id, domain_of(each.address)) for each in addressed], lane=lane)
        if not admitted.later:
            return addressed, None
        waits = dict(admitted.later)
        ledger.put_off(waits)
        return [each for each in addressed if each.due.id not in waits], min(waits.values())

    def _open(self, lane: Lane) -> tuple[int, Fixed]:
        """A claim, and what it fixes of deliveries that were never claimed before."""
        selectors = tuple(key.selector for key in self._keyring.current())
        claim_id, at = ledger.open_claim(
            lane, worker=self._worker, key_id=self._signer.present, dkim=selectors,
            lease=timedelta(seconds=self._settings.lease_seconds),
        )
        return claim_id, Fixed(at, self._signer.present, selectors)

    def _owed(
        self, addressed: Addressed, claim_id: int, asked_at: float, fixed: Fixed
    ) -> Owed:
        due, reader = addressed.due, addressed.reader
        fixed = due.first or fixed
        said: Mapping[str, Any] = {}
        if due.variant_id is None and reader is not None:
            said = due.params.get("said") or _facts(due, reader, fixed.at)
        elif due.variant_id is None:
            said = due.params.get("said") or {"language": addressed.language, "format": MAIL}
        nonce = due.link_nonce
        if nonce is None:
            nonce = reader.link_nonce if reader is not None else 0
        key = self._mailing_keys.get(due.mailing_id or 0)
        return Owed(due, claim_id, asked_at, addressed.address, fixed,
                    due.message_id or self._message_id(due, key, fixed.key_id), key, nonce, said)

    def _message_id(self, due: Due, mailing_key: str | None, key_id: str) -> str:
        if mailing_key is not None and due.subscriber_id is not None:
            return message_id_in_mailing(
                mailing_key, due.subscriber_id, signer=self._signer, domain=self._domain,
                key_id=key_id, correction=due.correction)
        return message_id_of_single(
            due.id, due.created_at, signer=self._signer, domain=self._domain, key_id=key_id)

    def _learn_keys(self, mailing_ids: Sequence[int | None]) -> None:
        new = {each for each in mailing_ids if each is not None} - self._mailing_keys.keys()
        if new:
            self._mailing_keys |= keys_of(new)


def _facts(due: Due, reader: Recipient, at: datetime) -> Mapping[str, Any]:
    """None at all when they cannot be found: then that mail alone cannot be made (R18)."""
    try:
        return facts_of(due, reader, at=at)
    except FAULTS as error:
        log.error("facts_missing", delivery=due.id, fault=type(error).__name__)
        return {}
