"""History: every mail owed to one reader, when it went, why, and what the relay said (P05)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind, SkipReason
from newsletter.extensions import db
from newsletter.mailings.models import Variant


@dataclass(frozen=True)
class OwedMail:
    """One mail of a reader's; moments are aware, in UTC.

    `why` is the frozen sentence that stood in the mail: the themes that matched and the cadence.
    A single mail has no subject, why, mailing or language of its own. The reply is the relay's
    last, with any address cut out; it is gone after thirteen months.
    """

    id: int
    kind: MailKind
    status: DeliveryStatus
    skip_reason: SkipReason | None
    created_at: datetime
    sent_at: datetime | None
    subject: str | None
    why: str | None
    mailing_key: str | None
    attempts: int
    reply_code: str | None
    reply_text: str | None
    language: str | None

    @property
    def may_be_read(self) -> bool:
        """Whether its frozen content can be shown again."""
        return self.mailing_key is not None


_MAILS = text("""
    select d.id, d.kind, d.status, d.skip_reason, d.created_at, d.sent_at, v.subject, v.why, m.key,
           d.attempts, a.reply_code, a.reply_text, v.language
      from deliveries d
      left join mailings m on m.id = d.mailing_id
      left join variants v on v.id = d.variant_id
      left join lateral (select reply_code, reply_text from attempts
                          where delivery_id = d.id order by id desc limit 1) a on true
     where d.subscriber_id = :subscriber_id
     order by d.created_at desc, d.id desc
""")


def mails_of(subscriber_id: int) -> list[OwedMail]:
    """Every mail that the reader was owed, newest first."""
    rows = db.session.execute(_MAILS, {"subscriber_id": subscriber_id})
    return [
        OwedMail(
            row[0], MailKind(row[1]), DeliveryStatus(row[2]),
            SkipReason(row[3]) if row[3] else None, *row[4:],
        )
        for row in rows
    ]


def find_variant_of(delivery_id: int, subscriber_id: int) -> Variant | None:
    """The frozen content of a reader's own mail; None for another's, and for a single mail."""
    return db.session.scalar(
        select(Variant)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .where(
            Delivery.id == delivery_id,
            Delivery.subscriber_id == subscriber_id,
            Delivery.mailing_id.is_not(None),
        )
    )
