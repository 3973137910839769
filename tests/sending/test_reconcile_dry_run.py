"""`newsletter reconcile --dry-run` says what its figures are, and what comes before them (R23)."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from click.testing import CliRunner
from sqlalchemy import delete

from newsletter import clock
from newsletter.cli.main import cli
from newsletter.core import settings
from newsletter.digests.models import DigestSlot
from newsletter.extensions import db
from newsletter.sending.notice_restore import hold_restored
from newsletter.sending.recover import recover
from newsletter.transaction import transaction
from tests.faults.relay import Relay
from tests.sending.dead import dead_owner

OpenHouse = Callable[..., AbstractContextManager[Any]]


def _said(*words: str) -> str:
    db.session.rollback()
    done = CliRunner().invoke(cli, ["reconcile", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    db.session.rollback()
    return done.stdout


def test_the_dry_run_names_what_is_recovered_before_the_run_and_out_of_its_figures(
    house: OpenHouse,
) -> None:
    with Relay() as relay, house(relay):
        dead_owner()
        with transaction():
            db.session.execute(delete(DigestSlot))  # else the run would plan those of the seeds
        hold_restored(settings(), operator="kim", since=clock.now(), now=clock.now())
        before = json.loads(_said("--dry-run", "--json"))
        assert (before["open_claims"], before["journals"]) == (1, 1)
        assert before["sent_by_journal"] == 1
        shown = _said("--dry-run")
        assert "1 claims still open and 1 journals" in shown
        assert "settled first" in shown
        recover(settings(), now=clock.now())  # a tick in between
        after = json.loads(_said("--dry-run", "--json"))
        assert (after["open_claims"], after["journals"]) == (0, 0)
        assert "settled first" not in _said("--dry-run")
        real = json.loads(_said("--json"))
        fates = ("sent_by_journal", "in_hand", "closed", "not_due", "unsent_by_log")
        assert [real[fate] for fate in fates] == [after[fate] for fate in fates]
        assert "settled first" not in _said()
