"""Start: freeze the number and hash of the recipients, and let the mailing leave."""

from datetime import datetime

from sqlalchemy import text

from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.mailings.models import Mailing, MailingStatus

WAKE_UPS = 4  # one for each worker process that may be idle; more only cost a look

# Of a mailing whose partition was dropped, those that were kept.
RECIPIENTS = text("""
    select count(*), encode(sha256(convert_to(
               coalesce(string_agg(subscriber_id::text, ',' order by subscriber_id), ''),
               'UTF8')), 'hex')
      from (select subscriber_id from deliveries where mailing_id = :mailing_id
             union all
            select unnest(subscriber_ids) from past_recipients where mailing_id = :mailing_id
           ) recipients
""")


def start(mailing: Mailing, manifest_id: int, *, now: datetime) -> int:
    """How many recipients the mailing has, now that their deliveries stand in this transaction.

    Without recipients it is finished at once. The wake-ups leave after the commit.
    """
    count, ids_hash = db.session.execute(RECIPIENTS, {"mailing_id": mailing.id}).one()
    mailing.manifest_id = manifest_id
    mailing.recipients = count
    mailing.recipients_hash = ids_hash
    mailing.status = MailingStatus.SENDING if count else MailingStatus.FINISHED
    mailing.sending_at = now
    mailing.finished_at = None if count else now
    if count:
        enqueue(Job.SEND_BULK, times=WAKE_UPS)
    return int(count)
