"""For how long a mail is tried: waiting is no trying (R19)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from newsletter.core import settings
from newsletter.deliveries.claim import close_claims, release
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.run import Post
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay

House = Callable[[Relay], AbstractContextManager[tuple[Flask, Post]]]

# Tried every hour so often, and the last time so many hours ago.
_TRIED = text("""
    with tried as (
        insert into attempts (delivery_id, claim_id, worker, started_at, ended_at, outcome,
                              reply_code, reply_text)
        select d.id, number, 'w', at, at, 'deferred', '450', ''
          from deliveries d, generate_series(1, :times) number,
               lateral (select clock_timestamp() - interval '1 hour' * (:since + :times - number)
                            as at) moment
         where d.mailing_id is not null)
    update deliveries set attempts = :times, status = 'deferred' where mailing_id is not null
""")


@pytest.mark.parametrize(("times", "since", "becomes"), [
    (0, 0, "deferred"),   # claimed three days ago, and never offered since
    (60, 0, "deferred"),
    (60, 500, "deferred"),  # paused for three weeks: that counts for two hours
    (74, 0, "failed"),
], ids=["never offered", "tried for long", "paused", "tried for too long"])
def test_a_mail_fails_when_it_was_tried_for_too_long_and_not_for_having_waited(
    house: House, times: int, since: int, becomes: str
) -> None:
    def answer(_recipient: str, _times: int) -> str:
        return "450 4.2.0 greylisted, try again in five minutes"

    with Relay(answer=answer) as relay, house(relay) as (_, post):
        with transaction():
            material.reader()
            edition_id = material.edition([material.article("data")]).id
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        with transaction():
            claim_id, due = material.claimed(Lane.BULK)
            release([each.id for each in due], wait=timedelta(0), claim_ids=[claim_id])
            close_claims([claim_id])
            db.session.execute(text("update claims set at = at - interval '73 hours'"))
            if times:
                db.session.execute(_TRIED, {"times": times, "since": since})
        post.run(Lane.BULK, seconds=5)
        db.session.rollback()
        (found,) = db.session.execute(text(
            "select status, attempts from deliveries where mailing_id is not null")).all()
        assert tuple(found) == (becomes, times + 1)
