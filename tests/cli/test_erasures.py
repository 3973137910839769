"""`newsletter erasures`: what a restored backup brought back is erased again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.core import settings, signer
from newsletter.deliveries.suppress import SuppressionReason, find_reason
from newsletter.erasures import Erasure, note_erasure
from newsletter.subscribers.models import Subscriber
from tests.material import NOW, reader
from tests.subscribers.test_ledger_replay import tables_that_hold


@pytest.fixture
def erased_ids(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The file outside the database, which no restore puts back."""
    path = tmp_path / "erased.ids"
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), erased_ids=path))
    return path


def back_again(session: Session) -> Subscriber:
    """A reader as an older backup has her."""
    person = reader("data").subscriber
    person.name = "Xantippe Onvindbaar"
    session.flush()
    return person


def test_replay_erases_again_what_came_back_and_twice_is_once(
    session: Session, erased_ids: Path, read: Callable[..., Any]
) -> None:
    person, other = back_again(session), reader("data")
    address = str(person.address)
    note_erasure(erased_ids, Erasure(person.id, NOW, never_again=True))
    note_erasure(erased_ids, Erasure(10**12, NOW))  # unknown to this backup
    assert read("erasures", "replay", "--operator", "robin") == {"noted": 2, "erased_again": 1}
    assert tables_that_hold("onvindbaar") == set()
    assert tables_that_hold(address) == set()
    assert other.subscriber.address is not None
    assert find_reason(signer().address_hashes(address)) is SuppressionReason.NEVER_AGAIN
    assert read("erasures", "replay", "--operator", "robin") == {"noted": 2, "erased_again": 0}
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "erase_again")).all()
    assert (entry.subject, entry.actor) == (f"subscriber:{person.id}", "operator:robin")


def test_a_new_reader_who_got_an_old_number_is_left_alone(
    session: Session, erased_ids: Path, read: Callable[..., Any]
) -> None:
    newcomer = reader("data").subscriber
    note_erasure(erased_ids, Erasure(newcomer.id, newcomer.created_at - timedelta(seconds=1)))
    assert read("erasures", "replay")["erased_again"] == 0
    session.refresh(newcomer)
    assert newcomer.address is not None


def test_the_list_shows_numbers_and_moments(
    erased_ids: Path, read: Callable[..., Any]
) -> None:
    note_erasure(erased_ids, Erasure(7, NOW))
    assert read("erasures", "list") == [
        {"subscriber": 7, "at": "2026-11-10T07:00:00.000+00:00", "never_again": False}]


def test_without_a_file_there_is_nothing_to_do(
    session: Session, erased_ids: Path, run: Callable[..., Any]
) -> None:
    done = run("erasures", "replay")
    assert (done.exit_code, done.stdout) == (0, "0 of 0 noted readers erased again.\n")
    assert not erased_ids.exists()
