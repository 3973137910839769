"""The mark outside the database goes away in mid-mailing: nobody gets two, and nobody is missed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.alarm import find_open_alarm
from newsletter.deliveries.models import Alarm, Claim, DeliveryStatus
from newsletter.errors import ServerMissing
from newsletter.extensions import db
from newsletter.high_water import HighWater
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.claim import Batch, Claimer
from newsletter.sending.notice_restore import MARK_ALARM, mark_of, notice_restore
from newsletter.sending.run import Post
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import OK, Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]
READERS = 40
AWAY_SECONDS = 2.5
KEY = "edition:90-8"


class Away:
    """Takes the mark away at the fifth mail, for some seconds; a folder stands in its place."""

    def __init__(self) -> None:
        self.began_at = self.ended_at = 0.0
        self._path: Path | None = None
        self._back = threading.Timer(AWAY_SECONDS, self._end)
        self._count = 0

    def of(self, path: Path) -> None:
        self._path = path

    def answer(self, _recipient: str, _times: int) -> str:
        self._count += 1
        if self._count == 5:
            assert self._path is not None
            self._path.rename(self._aside)
            self._path.mkdir()
            self.began_at = clock.unix_seconds()
            self._back.start()
        return OK

    def join(self) -> None:
        self._back.join()

    @property
    def _aside(self) -> Path:
        assert self._path is not None
        return self._path.with_suffix(".aside")

    def _end(self) -> None:
        assert self._path is not None
        self._path.rmdir()
        self._aside.rename(self._path)
        self.ended_at = clock.unix_seconds()


@pytest.fixture
def away() -> Iterator[Away]:
    away = Away()
    yield away
    if away.began_at:
        away.join()


def _publish() -> None:
    with transaction():
        for _ in range(READERS):
            material.reader()
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)


def _send_all(post: Post) -> None:
    """As the tasks do: a run that has more is followed by another, one that fails by the tick's."""
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        post.run(Lane.BULK, seconds=3)
        db.session.rollback()
        if not progress(get_mailing(KEY)).open:
            return


def test_a_mark_that_is_away_for_a_while_gives_no_second_copy(
    house: OpenHouse, away: Away
) -> None:
    # Slow enough that mails are on the wires whenever it goes away.
    with (
        Relay(pace=0.3, answer=away.answer) as relay,
        house(relay, SMTP_CONNECTIONS="6", CLAIM_SIZE="12") as (_, post),
    ):
        _publish()
        away.of(settings().high_water)
        _send_all(post)
        away.join()
        assert (len(relay.journal.copies()), relay.journal.repeats()) == (READERS, 0)
        ledger = progress(get_mailing(KEY))
        assert ledger.by_status == {DeliveryStatus.SENT: READERS}
        assert (ledger.unclear_copies, ledger.closes) == (0, True)
        # It rang while the mark was away, and is quiet again.
        (rung,) = db.session.scalars(select(Alarm).where(Alarm.kind == MARK_ALARM[0])).all()
        assert away.began_at <= rung.raised_at.timestamp() <= away.ended_at
        assert rung.cleared_at is not None
        assert mark_of(settings()).read().claim == db.session.scalar(select(func.max(Claim.id)))


def test_a_claim_that_could_not_be_noted_goes_back_unoffered(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_to, refused = HighWater.raise_to, []

    def full_for_one(mark: HighWater, claim_id: int, **reach: Any) -> None:
        if not refused and reach:
            refused.append((claim_id, len(relay.journal.entries)))
            raise ServerMissing("the mark cannot be written")
        raise_to(mark, claim_id, **reach)

    monkeypatch.setattr(HighWater, "raise_to", full_for_one)
    with Relay() as relay, house(relay) as (_, post):
        _publish()
        _send_all(post)
        ((claim_id, offered_before),) = refused
        assert offered_before == 0
        assert (len(relay.journal.copies()), relay.journal.repeats()) == (READERS, 0)
        assert mark_of(settings()).read().claim > claim_id
        assert progress(get_mailing(KEY)).by_status == {DeliveryStatus.SENT: READERS}


def test_a_clerk_that_fails_lets_what_is_on_the_wires_come_to_its_answer(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Claimer.claim

    def failing_while_mails_leave(claimer: Claimer, lane: Lane, **how: Any) -> Batch:
        if relay.journal.entries and not failed:
            failed.append(len(relay.journal.entries))
            raise LookupError("a fault of ours")
        return claim(claimer, lane, **how)

    failed: list[int] = []
    monkeypatch.setattr(Claimer, "claim", failing_while_mails_leave)
    with (
        Relay(pace=0.3) as relay,
        house(relay, SMTP_CONNECTIONS="6", CLAIM_SIZE="12") as (_, post),
    ):
        _publish()
        with pytest.raises(LookupError, match="of ours"):
            post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        # All that the relay took is in the ledger, by the answer that was waited for.
        taken = len(relay.journal.entries)
        ledger = progress(get_mailing(KEY))
        assert ledger.by_status == {
            DeliveryStatus.SENT: taken, DeliveryStatus.PENDING: READERS - taken}
        _send_all(post)
        assert (len(relay.journal.copies()), relay.journal.repeats()) == (READERS, 0)
        assert progress(get_mailing(KEY)).unclear_copies == 0


def test_the_tick_silences_the_alarm_when_the_mark_is_back(house: OpenHouse) -> None:
    with Relay() as relay, house(relay):
        notice_restore(settings(), now=clock.now())
        path = settings().high_water
        aside = path.rename(path.with_suffix(".aside"))
        path.mkdir()
        notice_restore(settings(), now=clock.now())
        assert find_open_alarm(*MARK_ALARM) is not None
        path.rmdir()
        aside.rename(path)
        notice_restore(settings(), now=clock.now())
        db.session.rollback()
        assert find_open_alarm(*MARK_ALARM) is None
