"""History: every mail owed to one reader, when it went, why, and what the relay said (P05)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind, SkipReason
from newsletter.extensions import db
from newsletter.mailings.models import Variant
from newsletter.mailings.of_reader import DELIVERIES, PAST


@dataclass(frozen=True)
class OwedMail:
    """One mail of a reader's; moments are aware, in UTC.

    `id` opens it: the number of the delivery, or of an old one, whose partition was dropped, `m`
    and the number of the mailing; of that is known which mail it was and how it ended.
    `why` is the frozen sentence that stood in the mail: the themes that matched and the cadence.
    A single mail has no subject, why, mailing or language of its own. The reply is the relay's
    last, with any address cut out; it is gone after thirteen months.
    """

    id: str
    kind: MailKind
    status: DeliveryStatus
    skip_reason: SkipReason | None
    created_at: datetime
    sent_at: datetime | None
    subject: str | None
    why: str | None
    mailing_key: str | None
    attempts: int | None
    reply_code: str | None
    reply_text: str | None
    language: str | None

    @property
    def may_be_read(self) -> bool:
        """Whether its frozen content can be shown again."""
        return self.mailing_key is not None


_MAILS = text(f"""
    select d.id::text, d.kind, d.status, d.skip_reason, d.created_at, d.sent_at, v.subject, v.why,
           m.key, d.attempts, a.reply_code, a.reply_text, v.language, d.id as number
      from {DELIVERIES} d
      left join mailings m on m.id = d.mailing_id
      left join variants v on v.id = d.variant_id
      left join lateral (select reply_code, reply_text from attempts
                          where delivery_id = d.id order by ended_at desc limit 1) a on true
     union all
    select 'm' || m.id, m.kind, p.status, p.skip_reason, m.sending_at, null, v.subject, v.why,
           m.key, null, null, null, v.language, null
      from {PAST} p
      join mailings m on m.id = p.mailing_id
      left join variants v on v.id = p.variant_id
     order by created_at desc, number desc nulls last
""")  # noqa: S608 (only constants are joined)
_PAST_VARIANT = text(
    f"select variant_id from {PAST} p where mailing_id = :mailing_id"  # noqa: S608 (likewise)
)
LONGEST_ID = 18  # digits; more is no id of a row


def mails_of(subscriber_id: int) -> list[OwedMail]:
    """Every mail that the reader was owed, newest first; the single ones of a year at least."""
    rows = db.session.execute(_MAILS, {"id": subscriber_id})
    return [
        OwedMail(
            row[0], MailKind(row[1]), DeliveryStatus(row[2]),
            SkipReason(row[3]) if row[3] else None, *row[4:13],
        )
        for row in rows
    ]


def find_variant_of(mail_id: str, subscriber_id: int) -> Variant | None:
    """The frozen content of a reader's own mail by the id in `mails_of`.

    None for another's, for a single mail, and for what is no id.
    """
    number = mail_id.removeprefix("m")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_ID):
        return None
    if number != mail_id:
        values = {"mailing_id": int(number), "id": subscriber_id}
        return db.session.get(Variant, db.session.scalar(_PAST_VARIANT, values) or 0)
    return db.session.scalar(
        select(Variant)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .where(
            Delivery.id == int(number),
            Delivery.subscriber_id == subscriber_id,
            Delivery.mailing_id.is_not(None),
        )
    )
