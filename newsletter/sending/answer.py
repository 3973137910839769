"""From the relay's answer to what becomes of the delivery."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from newsletter.deliveries.backoff import delay
from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.errors import MailError, RelayDropped
from newsletter.logs import clean
from newsletter.mailer.smtp import Reply
from newsletter.sending.claim import Owed

AGAIN_AFTER_DROP = timedelta(seconds=2)


@dataclass(frozen=True)
class Judge:
    """Judges answers of one batch: jitter, and how long a mail is tried again."""

    claim_id: uuid.UUID
    retry_for: timedelta
    random: Random

    def of_reply(self, owed: Owed, reply: Reply, *, started_at: datetime, now: datetime) -> Result:
        """Sent on 250 to the final dot; failed on 5xx (R20); deferred on 4xx until too old."""
        if reply.is_accepted:
            outcome, status = Outcome.ACCEPTED, DeliveryStatus.SENT
        elif reply.is_final:
            outcome, status = Outcome.REFUSED, DeliveryStatus.FAILED
        else:
            outcome, status = Outcome.DEFERRED, self._later(owed, now)
        return self._result(
            owed, outcome, status, started_at=started_at, now=now,
            code=reply.codes, said=reply.text,
            wait=delay(owed.delivery.attempts + 1, random=self.random),
        )

    def of_drop(
        self, owed: Owed, dropped: RelayDropped, *, started_at: datetime, now: datetime
    ) -> Result:
        """Unclear when the body was on its way, else deferred: never sent, never failed (R05)."""
        if dropped.offered:
            return self._result(
                owed, Outcome.DROPPED, DeliveryStatus.UNCLEAR, started_at=started_at, now=now,
                said=str(dropped), wait=AGAIN_AFTER_DROP,
            )
        return self._result(
            owed, Outcome.UNREACHABLE, self._later(owed, now), started_at=started_at, now=now,
            said=str(dropped), wait=delay(owed.delivery.attempts + 1, random=self.random),
        )

    def of_fault(self, owed: Owed, error: Exception, *, now: datetime) -> Result:
        """A mail that cannot be made fails alone, with its code (R18)."""
        code = error.code if isinstance(error, MailError) else type(error).__name__
        return self._result(
            owed, Outcome.UNMAKEABLE, DeliveryStatus.FAILED, started_at=now, now=now, code=code
        )

    def _later(self, owed: Owed, now: datetime) -> DeliveryStatus:
        is_old = now - owed.delivery.first_claimed_at > self.retry_for
        return DeliveryStatus.FAILED if is_old else DeliveryStatus.DEFERRED

    def _result(
        self,
        owed: Owed,
        outcome: Outcome,
        status: DeliveryStatus,
        *,
        started_at: datetime,
        now: datetime,
        code: str | None = None,
        said: str = "",
        wait: timedelta = timedelta(0),
    ) -> Result:
        return Result(
            delivery_id=owed.delivery.id,
            claim_id=self.claim_id,
            outcome=outcome,
            status=status,
            started_at=started_at,
            ended_at=now,
            reply_code=code,
            reply_text=without_recipient(said, owed.address),
            wait=wait,
        )


def without_recipient(said: str, address: str) -> str:
    """What the relay said, on one line, with the recipient cut out (P09)."""
    local, _, _ = address.rpartition("@")
    for piece in (address, f"{local}@", local):
        if len(piece) > 2:
            said = re.sub(rf"(?<![\w.]){re.escape(piece)}(?!\w)", "[recipient]", said,
                          flags=re.IGNORECASE)
    return clean(said)[:500]
