"""From the relay's answer to what becomes of the delivery."""

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from newsletter.deliveries.backoff import delay, drop_delay, sender_delay
from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.errors import MailError
from newsletter.logs import clean
from newsletter.mailer.reply_class import is_about_sender
from newsletter.mailer.smtp import Reply
from newsletter.sending.claim import Owed


@dataclass(frozen=True)
class Judge:
    """Judges answers: jitter, and for how many seconds a mail is tried again.

    Moments are seconds since 1970, in UTC.
    """

    retry_for: float
    random: Random

    def of_reply(self, owed: Owed, reply: Reply, *, started_at: float, now: float) -> Result:
        """Sent on 250 to the final dot; failed on 5xx; deferred on 4xx until too old (R19, R20).

        What is refused for what we are, and not for whom it was, is deferred whatever its code.
        """
        random = self.random
        wait = 0.0
        if reply.is_accepted:
            outcome, status = Outcome.ACCEPTED, DeliveryStatus.SENT
        elif is_about_sender(reply.codes, reply.text):
            outcome, status = Outcome.ABOUT_SENDER, self._later(owed)
            wait = sender_delay(owed.due.attempts + 1, random=random).total_seconds()
        elif reply.is_final:
            outcome, status = Outcome.REFUSED, DeliveryStatus.FAILED
        else:
            outcome, status = Outcome.DEFERRED, self._later(owed)
            wait = delay(owed.due.attempts + 1, random=random).total_seconds()
        return _result(owed, outcome, status, started_at=started_at, now=now, code=reply.codes,
                       said=reply.text, wait=wait)

    def of_drop(
        self, owed: Owed, reason: str, *, is_offered: bool, started_at: float, now: float
    ) -> Result:
        """Unclear when the body was on its way, else deferred: never sent, never failed (R05)."""
        if is_offered:
            wait = drop_delay(owed.due.attempts + 1, random=self.random).total_seconds()
            return _result(owed, Outcome.DROPPED, DeliveryStatus.UNCLEAR, started_at=started_at,
                           now=now, said=reason, wait=wait)
        wait = delay(owed.due.attempts + 1, random=self.random).total_seconds()
        return _result(owed, Outcome.UNREACHABLE, self._later(owed), started_at=started_at,
                       now=now, said=reason, wait=wait)

    def _later(self, owed: Owed) -> DeliveryStatus:
        is_old = owed.due.tried_for > self.retry_for
        return DeliveryStatus.FAILED if is_old else DeliveryStatus.DEFERRED


def of_fault(owed: Owed, error: Exception, *, now: float) -> Result:
    """A mail that cannot be made fails alone, with its code (R18)."""
    code = error.code if isinstance(error, MailError) else type(error).__name__
    return _result(
        owed, Outcome.UNMAKEABLE, DeliveryStatus.FAILED, started_at=now, now=now, code=code
    )


def of_log(owed: Owed, *, now: float) -> Result:
    """One that the relay's own log shows as taken (R12)."""
    return _result(owed, Outcome.ACCEPTED, DeliveryStatus.SENT, started_at=now, now=now,
                   said="found in the relay's log")


def _result(
    owed: Owed,
    outcome: Outcome,
    status: DeliveryStatus,
    *,
    started_at: float,
    now: float,
    code: str | None = None,
    said: str = "",
    wait: float = 0.0,
) -> Result:
    return Result(
        owed.due.id, owed.claim_id, outcome, status, started_at, now, code,
        without_recipient(said, owed.address) if said else "", wait, owed.message_id,
        owed.due.mailing_id,
    )


def without_recipient(said: str, address: str) -> str:
    """What the relay said, on one line, with the recipient cut out (P09)."""
    local = address.rpartition("@")[0]
    if local.lower() in said.lower():
        for piece in (address, f"{local}@", local):
            if len(piece) > 2:
                said = re.sub(rf"(?<![\w.]){re.escape(piece)}(?!\w)", "[recipient]", said,
                              flags=re.IGNORECASE)
    return _cut(said)


@lru_cache(maxsize=64)  # most answers are alike
def _cut(said: str) -> str:
    return clean(said)[:500]
