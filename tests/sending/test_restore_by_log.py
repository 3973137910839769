"""A backup comes back in the midst of a mailing, with the log of our own relay at hand (R23).

Whom the log shows as served is booked as sent, though the backup calls her mail open; whom a fresh
log that reaches back to the backup does not name is served once. A log that ends too early or
begins too late proves by its silence nothing: who is not named in it is closed, and nobody ever
gets a second copy. The mark outside proves nothing here, nor does any worker's journal.
"""

import json
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.cli.main import cli
from newsletter.core import settings
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus, SkipReason
from newsletter.digests.models import DigestSlot
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending import evidence
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.run import Post
from newsletter.subscribers.models import Subscriber
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay, Rule, Script

OpenHouse = Callable[..., AbstractContextManager[Any]]
KEY = "edition:90-8"
READERS = 60
FOUND = "found in the relay's log"


class LoggedRelay(Relay):
    """The recording relay, with a log beside its journal as a Postfix keeps it.

    The log goes back a month. A mail stands in it before the relay hears or says anything more,
    and so does whoever only connects.
    """

    def __init__(self, log: Path) -> None:
        super().__init__(Script(pace=0.05, decide=self._hear))
        self.loses_next_answer = False
        self._log, self._logged, self._lock = log, 0, threading.Lock()
        self._say(clock.now() - timedelta(days=30), "postfix-script[1]: starting the Postfix")

    def begin_log_anew(self) -> None:
        """What was written so far is no longer there."""
        with self._lock:
            self._catch_up()
            self._log.unlink()

    def copy_log(self, to: Path) -> None:
        """What was written so far, as it stands now."""
        with self._lock:
            self._catch_up()
            shutil.copy(self._log, to)

    def _hear(self, step: str, _recipient: str, _times: int) -> Rule | None:
        with self._lock:
            self._catch_up()
            if step == "connect":
                self._say(clock.now(), "smtpd[7]: connect from localhost[127.0.0.1]")
        if step == "dot" and self.loses_next_answer:
            self.loses_next_answer = False
            return Rule(step, drop=True, take=True)
        return None

    def _catch_up(self) -> None:
        for entry in self.journal.entries[self._logged:]:
            self._logged += 1
            at, queue_id = datetime.fromtimestamp(entry.at, UTC), f"4ABC{self._logged:03X}"
            self._say(at, f"smtpd[7]: {queue_id}: client=localhost[127.0.0.1]")
            self._say(at, f"cleanup[8]: {queue_id}: message-id={entry.message_id}")
            self._say(at, f"qmgr[9]: {queue_id}: from=<{entry.mail_from}>, size={entry.size}, "
                          "nrcpt=1 (queue active)")

    def _say(self, at: datetime, text: str) -> None:
        with self._log.open("a", encoding="ascii") as file:
            file.write(f"{at.isoformat(timespec='microseconds')} mx postfix/{text}\n")


def _run(*words: str) -> str:
    db.session.rollback()
    done = CliRunner().invoke(cli, list(words), catch_exceptions=False)
    db.session.rollback()
    assert done.exit_code == 0, done.output
    return done.stdout


def _bring_back(path: Path) -> None:
    _run("restore", str(path), "--replace", str(make_url(settings().database_owner_url).database))


def _reconciled() -> dict[str, Any]:
    """What became of how many, by `newsletter reconcile`; then what may leave is let go."""
    said: dict[str, Any] = json.loads(_run("reconcile", "--json"))
    assert said["complete"]
    _run("sending", "release")
    _run("sending", "go")
    return said


def _make_edition() -> int:
    """An edition with its readers; no other mailing is due."""
    with transaction():
        db.session.execute(delete(DigestSlot))
        for _ in range(READERS):
            material.reader()
        return material.edition([material.article("data")]).id


def _carry_out(edition_id: int) -> None:
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)


def _send_some(relay: Relay, post: Post) -> None:
    """Six more leave, or a few more than six."""
    until = len(relay.journal.entries) + 6
    while len(relay.journal.entries) < until:
        post.run(Lane.BULK, seconds=0.2)
    # Whoever sent is gone by the time that a backup comes back, and all it heard with it.
    post.close()


def _send_the_rest(relay: Relay, post: Post) -> None:
    relay.pace = 0.0
    post.run(Lane.BULK, seconds=30)
    db.session.rollback()
    assert relay.journal.repeats() == 0
    assert progress(get_mailing(KEY)).open == 0


def _with_status(status: DeliveryStatus) -> set[str]:
    """Who has a delivery that stands so."""
    return set(db.session.scalars(
        select(Subscriber.address).join(Delivery, Delivery.subscriber_id == Subscriber.id)
        .where(Delivery.status == status)))


def _booked_by_log() -> set[str]:
    """Of whom the ledger says that the log showed her mail."""
    return set(db.session.scalars(
        select(Subscriber.address).join(Delivery, Delivery.subscriber_id == Subscriber.id)
        .join(Attempt, Attempt.delivery_id == Delivery.id).where(Attempt.reply_text == FOUND)))


@pytest.fixture
def opened(house: OpenHouse, tmp_path: Path) -> OpenHouse:
    return lambda relay, log: house(
        relay, RELAY_LOG=str(log), ERASED_IDS=str(tmp_path / "erased.ids"), CLAIM_SIZE="4",
        SMTP_CONNECTIONS="1", LEASE_SECONDS="10")


def test_whom_the_log_names_was_served_and_everybody_else_is_served_once(
    opened: OpenHouse, tmp_path: Path
) -> None:
    saved, log = tmp_path / "early.dump", tmp_path / "mail.log"
    with LoggedRelay(log) as relay, opened(relay, log) as (_, post):
        _carry_out(_make_edition())
        _send_some(relay, post)
        _run("backup", str(saved))
        # Of one of them nobody ever heard that it was taken: only the relay knows.
        relay.loses_next_answer = True
        _send_some(relay, post)
        db.session.rollback()
        assert progress(get_mailing(KEY)).by_status[DeliveryStatus.UNCLEAR] == 1
        served = set(relay.journal.copies())
        _bring_back(saved)
        # The backup knew fewer, and would send to them again.
        known = _with_status(DeliveryStatus.SENT)
        assert known < served
        said = _reconciled()
        _send_the_rest(relay, post)
        assert relay.journal.copies() == dict.fromkeys(_with_status(DeliveryStatus.SENT), 1)
        assert len(relay.journal.copies()) == READERS
        assert said["log_is_fresh"]
        assert said["sent_by_log"] == len(served - known)
        assert said["unsent_by_log"] == READERS - len(served)
        assert (said["sent_by_journal"], said["beyond_mark"], said["closed"]) == (0, 0, 0)
        assert _booked_by_log() == served - known


def test_an_edition_that_the_backup_never_sent_is_known_by_its_message_ids(
    opened: OpenHouse, tmp_path: Path
) -> None:
    saved, log = tmp_path / "before.dump", tmp_path / "mail.log"
    with LoggedRelay(log) as relay, opened(relay, log) as (_, post):
        edition_id = _make_edition()
        _run("backup", str(saved))
        # Its deliveries have numbers that the backup lacks, and get others when planned anew.
        _carry_out(edition_id)
        _send_some(relay, post)
        served = set(relay.journal.copies())
        _bring_back(saved)
        said = _reconciled()
        _send_the_rest(relay, post)
        assert len(relay.journal.copies()) == READERS
        assert (said["log_is_fresh"], said["has_unknown"]) == (True, True)
        assert (said["sent_by_log"], said["closed"]) == (len(served), 0)
        assert said["unsent_by_log"] == READERS - len(served)
        assert _booked_by_log() == served


@pytest.mark.parametrize("fault", ["it ends too early", "it begins too late"])
def test_the_silence_of_a_log_that_is_not_whole_lets_nothing_leave(
    opened: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    saved, log, copied = (tmp_path / name for name in ("early.dump", "mail.log", "copy.log"))
    # So long the log is waited for, which will never be fresh.
    monkeypatch.setattr(evidence, "LOG_SECONDS", 1.0)
    at_hand = copied if fault == "it ends too early" else log
    with LoggedRelay(log) as relay, opened(relay, at_hand) as (_, post):
        _carry_out(_make_edition())
        _send_some(relay, post)
        _run("backup", str(saved))
        _send_some(relay, post)
        if at_hand == copied:
            relay.copy_log(copied)
        else:
            relay.begin_log_anew()
        _send_some(relay, post)
        served = set(relay.journal.copies())
        _bring_back(saved)
        known = _with_status(DeliveryStatus.SENT)
        said = _reconciled()
        _send_the_rest(relay, post)
        assert set(relay.journal.copies()) == served
        written = at_hand.read_text(encoding="ascii")
        named = {each.rcpt_to for each in relay.journal.entries if each.message_id in written}
        # Some left that it names, and some that it does not.
        assert named - known
        assert served - known - named
        assert said["log_is_fresh"] is False
        assert said["sent_by_log"] == len(named - known)
        assert (said["unsent_by_log"], said["beyond_mark"]) == (0, 0)
        assert said["closed"] == READERS - len(named | known)
        assert _booked_by_log() == named - known
        assert progress(get_mailing(KEY)).skipped[SkipReason.RESTORED] == said["closed"]
