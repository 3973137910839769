"""A relay that cannot be trusted gets nothing: rows wait, an alarm says why, none is in clear.

D05, judged on the line itself, by a tap, and not by what service or relay say.
"""

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Alarm, Attempt, Delivery, DeliveryStatus
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.faults.script import Script
from tests.mailer.authority import DAY, authority, self_signed
from tests.mailer.tap import Tap

OpenHouse = Callable[..., AbstractContextManager[Any]]
NAME = "localhost"
USER, PASSWORD = "newsletter", "a secret: of/ours"
ONE = {"SMTP_CONNECTIONS": "1"}  # one conversation, so that mails come in their order
READERS = 4


def good() -> ssl.SSLContext:
    """A certificate that holds."""
    return authority().serving(NAME)


def strip(said: bytes) -> bytes:
    """What a man in the middle makes of an offer of TLS."""
    return said.replace(b"STARTTLS", b"XXXXXXXX")


# What is wrong: the relay's certificate, what the line does to its words, our way in, our password.
WRONG: dict[str, tuple[Callable[[], ssl.SSLContext | None], Callable[[bytes], bytes], str, str]] = {
    "certificate of another name": (
        lambda: authority().serving("other.example"), bytes, "starttls", PASSWORD),
    "certificate expired": (
        lambda: authority().serving(NAME, since=-9 * DAY, until=-DAY), bytes, "starttls", PASSWORD),
    "certificate self-signed": (lambda: self_signed(NAME), bytes, "starttls", PASSWORD),
    "certificate of an unknown authority": (
        lambda: authority("Another").serving(NAME), bytes, "starttls", PASSWORD),
    "no STARTTLS offered": (lambda: None, bytes, "starttls", PASSWORD),
    "no STARTTLS offered (stripped)": (good, strip, "starttls", PASSWORD),
    "wrong user or password": (good, bytes, "starttls", "guessed"),
}


def publish() -> None:
    """An edition for a few readers."""
    with transaction():
        for _ in range(READERS):
            material.reader()
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)


def by_status() -> dict[DeliveryStatus, int]:
    """How the deliveries stand."""
    db.session.rollback()
    return progress(get_mailing("edition:90-8")).by_status


@pytest.fixture
def authorities(tmp_path: Path) -> str:
    """The file of the only authority that the service may trust."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(authority().pem)
    return str(file)


@pytest.mark.parametrize("wrong", WRONG)
def test_rows_wait_and_an_alarm_says_why(house: OpenHouse, authorities: str, wrong: str) -> None:
    certificate, alter, tls, password = WRONG[wrong]
    with (
        Relay(Script(user=USER, password=PASSWORD), tls=certificate()) as relay,
        Tap(relay, alter=alter) as tap,
        house(relay, **ONE, SMTP_CA_FILE=authorities,
              SMTP_URL=tap.url(tls=tls, user=USER, password=password)) as (_, post),
    ):
        publish()
        assert post.run(Lane.BULK, seconds=20).sent == 0
        assert by_status() == {DeliveryStatus.PENDING: READERS}
        assert db.session.scalars(select(Attempt)).all() == []
        (alarm,) = open_alarms()
        assert alarm.kind == "relay_unreachable"
        assert wrong.startswith(alarm.details["reason"])
        assert PASSWORD not in str(alarm.details)
    assert relay.journal.entries == []
    assert tap.said
    assert tap.betrayed == []


def test_when_the_line_is_mended_all_leave_and_the_alarm_closes(
    house: OpenHouse, authorities: str
) -> None:
    line = [strip]
    with (
        Relay(Script(user=USER, password=PASSWORD), tls=good()) as relay,
        Tap(relay, alter=lambda said: line[0](said)) as tap,
        house(relay, **ONE, SMTP_CA_FILE=authorities,
              SMTP_URL=tap.url(user=USER, password=PASSWORD)) as (_, post),
    ):
        publish()
        post.run(Lane.BULK, seconds=20)
        assert [alarm.kind for alarm in open_alarms()] == ["relay_unreachable"]
        line[0] = bytes
        post.close()  # so that nobody waits until the relay may be asked again
        with transaction():
            db.session.execute(update(Delivery).values(due_at=clock.now()))
        assert post.run(Lane.BULK, seconds=20).sent == READERS
        assert by_status() == {DeliveryStatus.SENT: READERS}
        assert open_alarms() == []
        assert db.session.scalars(select(Alarm)).one().cleared_at is not None
    assert len(relay.journal.entries) == READERS
    assert tap.betrayed == []
    assert all(entry.rcpt_to.encode() not in tap.in_clear for entry in relay.journal.entries)


def test_without_the_file_the_systems_authorities_are_asked(house: OpenHouse) -> None:
    with (
        Relay(tls=good()) as relay,
        Tap(relay) as tap,
        house(relay, **ONE, SMTP_URL=tap.url()) as (_, post),
    ):
        publish()
        assert post.run(Lane.BULK, seconds=20).sent == 0
        (alarm,) = open_alarms()
        assert alarm.details["reason"] == "certificate of an unknown authority"
    assert relay.journal.entries == []
