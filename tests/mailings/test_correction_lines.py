"""The line of a correction stays owed to whoever may have the old text, whatever comes after."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.mailings.notice_models import OwedNotice
from newsletter.mailings.pause import cancel, pause
from newsletter.mailings.queries import get_mailing
from newsletter.mailings.settle_notices import settle_notices
from newsletter.sending.carry_correction import carry_correction
from newsletter.sending.carry_out import carry_out_edition
from tests.corrections import approved_correction
from tests.material import NOW, article, deliveries, edition, reader

KEY = "edition:90-8"
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_what_was_unclear_and_then_ended_unsent_is_owed_its_line(
    session: Session, end: str
) -> None:
    for _ in range(3):
        reader("data")
    the = edition([article("data")])
    carry_out_edition(the.id, settings=settings(), now=NOW)
    unclear = deliveries()[0]
    session.execute(text("update deliveries set status = 'unclear', attempts = 1,"
                         " unclear_count = 1 where id = :id"), {"id": unclear.id})
    session.expire_all()
    mailing = pause(get_mailing(KEY).id, now=NOW)
    made, by = approved_correction(the, subject="Verbeterd", now=LATER)
    done = carry_correction(the, made, by=by, settings=settings(), now=LATER)

    def owed() -> list[int]:
        return list(session.scalars(select(OwedNotice.subscriber_id)
                                    .where(OwedNotice.notice_id == done.notice_id)))

    assert owed() == [unclear.subscriber_id]
    if end == "cancelled":
        cancel(mailing.id, now=LATER + timedelta(minutes=1))
    else:
        session.execute(text("update deliveries set status = 'failed', reply_code = '550',"
                             " ended_at = :at where id = :id"),
                        {"id": unclear.id, "at": LATER + timedelta(minutes=1)})
    settle_notices()
    assert owed() == [unclear.subscriber_id]
