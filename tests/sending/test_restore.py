"""A backup comes back in the midst of a mailing, and nobody gets a second copy (R23, P06)."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.cli.main import cli
from newsletter.core import settings
from newsletter.deliveries.alarm import find_open_alarm
from newsletter.deliveries.hold import RESTORED_ALARM
from newsletter.deliveries.models import SkipReason
from newsletter.erasures import Erasure, note_erasure
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.recover import recover
from newsletter.sending.run import Post
from newsletter.sending.single import write_single_mail
from newsletter.subscribers.models import Subscriber
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
KEY = "edition:90-8"
READERS = 80


def _run(*words: str) -> Result:
    db.session.rollback()
    done = CliRunner().invoke(cli, list(words), catch_exceptions=False)
    db.session.rollback()
    return done


def _bring_back(path: Path) -> None:
    name = make_url(settings().database_owner_url).database
    assert _run("restore", str(path), "--replace", str(name)).exit_code == 0


def _send_some(relay: Relay, post: Post, *, at_least: int) -> None:
    while len(relay.journal.entries) < at_least:
        post.run(Lane.BULK, seconds=0.2)
    # Whoever sent is gone by the time that a backup comes back, and all it heard with it.
    post.close()


@pytest.fixture
def opened(
    house: OpenHouse, tmp_path: Path
) -> Callable[[Relay], AbstractContextManager[Any]]:
    return lambda relay: house(relay, ERASED_IDS=str(tmp_path / "erased.ids"), CLAIM_SIZE="4",
                               SMTP_CONNECTIONS="1", LEASE_SECONDS="10")


def test_no_reader_gets_a_second_copy_after_a_restore(
    opened: Callable[[Relay], AbstractContextManager[Any]], tmp_path: Path
) -> None:
    saved = tmp_path / "early.dump"
    with Relay(pace=0.05) as relay, opened(relay) as (_, post):
        publish(READERS)
        _send_some(relay, post, at_least=5)
        assert _run("backup", str(saved)).exit_code == 0
        _send_some(relay, post, at_least=12)
        # The last in line asks to be forgotten after the backup was made.
        gone_id, gone_address = db.session.execute(
            select(Subscriber.id, Subscriber.address).order_by(Subscriber.id.desc()).limit(1)
        ).one()
        note_erasure(settings().erased_ids, Erasure(gone_id, clock.now()))
        served = len(relay.journal.entries)
        _bring_back(saved)
        # The backup knew fewer, and would send to them again.
        assert progress(get_mailing(KEY)).sent < served
        post.run(Lane.BULK, seconds=1)
        recover(settings(), now=clock.now())
        post.run(Lane.PROMPT, seconds=1, write_single=write_single_mail)
        assert len(relay.journal.entries) == served
        assert find_open_alarm(*RESTORED_ALARM) is not None
        assert _run("sending", "release").exit_code == 1
        said = json.loads(_run("reconcile", "--mark-is-whole", "--json").stdout)
        assert said["complete"]
        assert said["beyond_mark"] > 0
        assert _run("sending", "release").exit_code == 0
        assert _run("sending", "go").exit_code == 0
        post.run(Lane.BULK, seconds=30)
        ledger = progress(get_mailing(KEY))
        copies = relay.journal.copies()
        assert relay.journal.repeats() == 0
        # Whoever got none is in the ledger, and why: closed, or erased.
        assert served + said["beyond_mark"] - 1 == len(copies)
        assert READERS - len(copies) <= ledger.skips == ledger.skipped[SkipReason.RESTORED] + 1
        assert ledger.closes
        assert ledger.open == 0
        assert gone_address not in copies
        assert db.session.scalar(
            select(Subscriber.address).where(Subscriber.id == gone_id)) is None


def test_an_edition_that_left_after_the_backup_is_closed_however_late_it_is(
    opened: Callable[[Relay], AbstractContextManager[Any]], tmp_path: Path
) -> None:
    saved = tmp_path / "before.dump"
    with Relay() as relay, opened(relay) as (_, post):
        with transaction():
            for _ in range(12):
                material.reader()
            edition_id = material.edition([material.article("data")]).id
        assert _run("backup", str(saved)).exit_code == 0
        # It leaves in time; the backup comes back when its moment is long past.
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        _send_some(relay, post, at_least=12)
        _bring_back(saved)
        said = json.loads(_run("reconcile", "--json").stdout)
        assert (said["complete"], said["has_unknown"], said["closed"] >= 12) == (True, True, True)
        assert find_open_alarm("edition_late", KEY) is None
        assert _run("sending", "release").exit_code == 0
        assert _run("sending", "go").exit_code == 0
        assert _run("edition", "send", "90-8", "--now").exit_code == 1
        post.run(Lane.BULK, seconds=10)
        assert progress(get_mailing(KEY)).skipped[SkipReason.RESTORED] == 12
        assert relay.journal.repeats() == 0


def test_a_mark_that_is_lost_or_behind_the_backup_is_not_taken_for_whole(
    opened: Callable[[Relay], AbstractContextManager[Any]], tmp_path: Path
) -> None:
    saved, aside = tmp_path / "early.dump", tmp_path / "the-right-mark"
    with Relay(pace=0.05) as relay, opened(relay) as (_, post):
        publish(READERS)
        _send_some(relay, post, at_least=5)
        assert _run("backup", str(saved)).exit_code == 0
        _send_some(relay, post, at_least=12)
        settings().high_water.rename(aside)
        name = make_url(settings().database_owner_url).database
        restored = _run("restore", str(saved), "--replace", str(name))
        assert restored.exit_code == 0
        assert "--mark-is-whole would be refused" in restored.stderr
        # The tick begins a mark anew, with the claim that the backup knows: that proves nothing.
        recover(settings(), now=clock.now())
        for words in (("--dry-run",), ()):
            refused = _run("reconcile", "--mark-is-whole", *words)
            assert refused.exit_code == 1
            assert "not whole" in refused.stderr
        # The right file is put back where it belongs, and is read anew.
        aside.replace(settings().high_water)
        said = json.loads(_run("reconcile", "--mark-is-whole", "--json").stdout)
        assert said["complete"]
        assert said["beyond_mark"] > 0
        assert _run("sending", "release").exit_code == 0
        assert _run("sending", "go").exit_code == 0
        post.run(Lane.BULK, seconds=30)
        assert relay.journal.repeats() == 0
