"""R12: of a mail whose answer got lost, our own relay's log is asked before it is sent again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import OK, Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]


def _publish(readers: int) -> None:
    with transaction():
        for _ in range(readers):
            material.reader()
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)


def _hurry() -> None:
    """Let what waits be due now."""
    with transaction():
        db.session.execute(update(Delivery).values(due_at=clock.now() - timedelta(seconds=1)))


def _log_of(relay: Relay, path: Path) -> None:
    """What Postfix would have written of the mails that the relay took."""
    lines = []
    for number, entry in enumerate(relay.journal.entries):
        at = clock.now().isoformat(timespec="microseconds")
        start = f"{at} mx postfix"
        queue_id = f"4ABC{number:03X}"
        lines += [
            f"{start}/smtpd[7]: {queue_id}: client=localhost[127.0.0.1]",
            f"{start}/cleanup[8]: {queue_id}: message-id={entry.message['Message-ID']}",
            f"{start}/qmgr[9]: {queue_id}: from=<b@x.example>, size=9, nrcpt=1 (queue active)",
        ]
    path.write_text("\n".join([*lines, ""]), encoding="ascii")


def test_what_the_relay_took_is_booked_as_sent_and_not_sent_again(
    house: OpenHouse, tmp_path: Path
) -> None:
    log = tmp_path / "mail.log"
    with (
        Relay(answer=lambda _r, times: "drop after" if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(log)) as (_, post),
    ):
        _publish(4)
        post.run(Lane.BULK, seconds=30)
        assert progress(get_mailing("edition:90-8")).by_status == {DeliveryStatus.UNCLEAR: 4}
        _log_of(relay, log)
        _hurry()
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert progress(get_mailing("edition:90-8")).sent == 4
        assert len(relay.journal.entries) == 4
        said = db.session.scalars(select(Attempt.reply_text)).all()
        assert said.count("found in the relay's log") == 4


def test_what_the_relay_did_not_take_is_sent_again(house: OpenHouse, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    with (
        Relay(answer=lambda _r, times: "drop before" if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(log)) as (_, post),
    ):
        _publish(3)
        post.run(Lane.BULK, seconds=30)
        _log_of(relay, log)
        _hurry()
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert progress(get_mailing("edition:90-8")).sent == 3
        assert set(relay.journal.copies().values()) == {1}


def test_a_log_that_cannot_be_read_holds_nothing_up(house: OpenHouse, tmp_path: Path) -> None:
    with (
        Relay(answer=lambda _r, times: "drop after" if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(tmp_path / "none" / "mail.log")) as (_, post),
    ):
        _publish(2)
        post.run(Lane.BULK, seconds=30)
        _hurry()
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert progress(get_mailing("edition:90-8")).sent == 2
