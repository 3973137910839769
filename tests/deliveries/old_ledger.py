"""A ledger with a past: an edition of two years ago that was carried out, and rolled away from."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from newsletter.core import settings
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.partitions import roll_over
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.models import Subscription
from newsletter.transaction import transaction
from tests import material

THEN = datetime(2024, 3, 12, 7, 0, tzinfo=UTC)
MONTH = timedelta(days=31)
KEY = "welcome:old"
# One was sent, one failed, one was skipped; and one single mail was sent.
_ENDED = """
    update deliveries set status = 'sent', sent_at = :then, ended_at = :then, attempts = 1,
           message_id = '<' || id || '@x.example>', unclear_count = 1;
    update deliveries set status = 'failed', sent_at = null, reply_code = '550 5.1.1'
     where id = (select min(id) + 1 from deliveries where mailing_id is not null);
    update deliveries set status = 'skipped', sent_at = null, skip_reason = 'unsubscribed'
     where id = (select min(id) + 2 from deliveries where mailing_id is not null);
    insert into attempts (delivery_id, claim_id, worker, ended_at, outcome)
    select id, 1, 'w', :then, 'accepted' from deliveries;
    update mailings set status = 'finished', finished_at = :then
"""


def live_long_ago() -> tuple[Mailing, list[Subscription]]:
    """An edition to three readers, ended in three ways; committed, and its partition is closed."""
    with transaction():
        readers = [material.reader("data", at=THEN - MONTH) for _ in range(3)]
        edition_id = material.edition([material.article("data", released_at=THEN)],
                                      send_at=THEN).id
        queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=readers[0].subscriber_id,
                                idempotency_key=KEY), now=THEN)
    carry_out_edition(edition_id, settings=settings(), now=THEN)
    with transaction():
        for statement in _ENDED.split(";"):
            db.session.execute(text(statement), {"then": THEN})
    with transaction():
        assert roll_over(now=THEN + MONTH) == 2
    db.session.expire_all()
    return get_mailing("edition:90-8"), readers


def partitions() -> list[str]:
    """The names of the partitions of the deliveries, in order."""
    return list(db.session.scalars(text("""
        select inhrelid::regclass::text from pg_inherits
         where inhparent = 'deliveries'::regclass order by 1""")))


def as_owner(statement: str) -> None:
    """Carry out what only the owner of the schema may."""
    engine = create_engine(str(settings().database_owner_url))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
