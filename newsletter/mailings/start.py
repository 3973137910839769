"""Start: freeze the number and hash of the recipients, and let the mailing leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, text

from newsletter.jobs import Job, enqueue
from newsletter.mailings.models import Mailing, MailingStatus

WAKE_UPS = 4  # one for each worker process that may be idle; more only cost a look

_TOLD = """
    count(*), encode(sha256(convert_to(
        coalesce(string_agg(subscriber_id::text, ',' order by subscriber_id), ''), 'UTF8')), 'hex')
"""
# Of a mailing whose partition was dropped, those that were kept.
RECIPIENTS = text(f"""
    select {_TOLD}
      from (select subscriber_id from deliveries where mailing_id = :mailing_id
             union all
            select unnest(subscriber_ids) from past_recipients where mailing_id = :mailing_id
           ) recipients
""")  # noqa: S608 (only constants are joined)


@dataclass(frozen=True)
class Recipients:
    """How many recipients a mailing has, and the SHA-256 of their sorted ids."""

    count: int
    ids_hash: str


def telling_recipients(insert: str) -> TextClause:
    """A statement that inserts a mailing's deliveries, and tells its `Recipients` as it does.

    To find a million rows again by their readers, just after, takes longer than to sort these.
    """
    return text(f"with planned as ({insert} returning subscriber_id) "  # noqa: S608 (constants)
                f"select {_TOLD} from planned")


def start(
    mailing: Mailing, manifest_id: int, recipients: Recipients, *, now: datetime
) -> int:
    """How many recipients the mailing has, now that their deliveries stand in this transaction.

    Without recipients it is finished at once. The wake-ups leave after the commit.
    """
    count = recipients.count
    mailing.manifest_id = manifest_id
    mailing.recipients = count
    mailing.recipients_hash = recipients.ids_hash
    mailing.status = MailingStatus.SENDING if count else MailingStatus.FINISHED
    mailing.sending_at = now
    mailing.finished_at = None if count else now
    if count:
        enqueue(Job.SEND_BULK, times=WAKE_UPS)
    return count
