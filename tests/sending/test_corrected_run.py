"""A correction between two runs of a real worker, judged by what the relay took (R04, R17)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.digests.models import DigestSlot
from newsletter.editions.queries import get_edition
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.close import close_finished
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_correction import carry_correction
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.transaction import transaction
from tests import material
from tests.corrections import approved_correction
from tests.faults.relay import OK, Relay
from tests.material import NOW, article, reader, slot

OpenHouse = Callable[..., AbstractContextManager[Any]]
KEY, LINE = "edition:90-8", "In de mail stond een verkeerde datum."
SERVED, LOST, REFUSED = "served", "lost", "refused"


def test_each_reader_gets_one_text_and_who_had_the_old_one_reads_the_line_in_her_next_mail(
    house: OpenHouse,
) -> None:
    fates: dict[str, str] = {}

    def answer(recipient: str, times: int) -> str:
        fate = fates.get(recipient, SERVED)
        if times > 1 or fate == SERVED:
            return OK
        return "drop after" if fate == LOST else "451 4.7.1 come back"

    with Relay(answer=answer) as relay, house(relay, SMTP_CONNECTIONS="1") as (_, post):
        edition_id, digest = _material(fates)
        carry_out_edition(edition_id, settings=settings(), now=NOW)
        post.run(Lane.BULK, seconds=4)
        first = _names(relay)
        _correct()
        _hurry()
        post.run(Lane.BULK, seconds=30)
        copies: dict[str, list[Any]] = {}
        for entry in relay.journal.entries:
            copies.setdefault(entry.rcpt_to, []).append(entry)
        for address, fate in fates.items():
            subjects = {str(each.message["Subject"]) for each in copies[address]}
            assert subjects == {"Verbeterd" if fate == REFUSED
                                else "Een editie om te proberen"}, fate
            assert len({each.sha256 for each in copies[address]}) == 1
            assert len({each.message_id for each in copies[address]}) == 1
            assert len(copies[address]) == (2 if fate == LOST else 1)
        ids = {each.message_id for several in copies.values() for each in several}
        assert len(ids) == len(fates)
        assert first == {address: copies[address][0].message_id
                         for address, fate in fates.items() if fate != REFUSED}
        with transaction():
            close_finished(now=NOW)
        assert progress(get_mailing(KEY)).closes
        seen = len(relay.journal.entries)
        post.run(Lane.BULK, seconds=1)
        assert len(relay.journal.entries) == seen  # the line makes no mail alone
        carry_out_slot(digest, settings=settings(), now=NOW + timedelta(hours=1))
        _hurry()
        post.run(Lane.BULK, seconds=30)
        digests = relay.journal.entries[seen:]
        lines = {each.rcpt_to: each.message.get_body(("plain",)).get_content().count(LINE)
                 for each in digests}
        assert lines == {address: int(fate != REFUSED) for address, fate in fates.items()}


def _material(fates: dict[str, str]) -> tuple[int, int]:
    with transaction():
        db.session.execute(delete(DigestSlot))
        db.session.execute(update(Article).values(released_at=None))
        for fate in (SERVED, LOST, REFUSED) * 2:
            fates[str(reader("data").subscriber.address)] = fate
        edition_id = material.edition([article("data")]).id
        article("data", released_at=NOW - timedelta(hours=1))
        return edition_id, slot(at=NOW + timedelta(hours=1)).id


def _names(relay: Relay) -> dict[str, str]:
    return {each.rcpt_to: each.message_id for each in relay.journal.entries}


def _correct() -> None:
    with transaction():
        pause(get_mailing(KEY).id, now=NOW)
    with transaction():
        made, by = approved_correction(get_edition("90-8"), subject="Verbeterd", now=NOW)
        carry_correction(get_edition("90-8"), made, by=by, settings=settings(), now=NOW)


def _hurry() -> None:
    """Let what waits be due now."""
    with transaction():
        db.session.execute(update(Delivery).values(due_at=clock.now() - timedelta(seconds=1)))
