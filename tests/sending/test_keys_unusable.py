"""Keys that a worker in mid-life cannot read: the old ones sign, and somebody is called."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.alarm import find_open_alarm
from newsletter.dkim_folder import path_of
from newsletter.dkim_rotation import make_keys, use_keys
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailer.dkim import ED25519
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.run import KEYS_ALARM
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]
DOMAIN = "magazine.example"


def _turn_to_a_new_key(folder: Path) -> str:
    (made,) = make_keys(folder, domain=DOMAIN, algorithms=[ED25519], now=clock.now())
    use_keys(folder, [made.selector], sender_domain=DOMAIN, now=clock.now())
    return made.selector


def _publish(number: int) -> None:
    with transaction():
        material.reader()
        edition_id = material.edition([material.article("data")], number=number).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)


def test_keys_that_cannot_be_read_after_a_rotation_ring_until_they_can(
    house: OpenHouse, tmp_path: Path
) -> None:
    keys = tmp_path / "dkim"
    first = _turn_to_a_new_key(keys)
    with Relay() as relay, house(
        relay, DKIM_KEYS=str(keys), MAIL_FROM=f"post@{DOMAIN}"
    ) as (_, post):
        second = _turn_to_a_new_key(keys)
        path_of(keys, second).chmod(0o644)
        _publish(8)
        post.run(Lane.BULK, seconds=20)
        db.session.rollback()
        alarm = find_open_alarm(*KEYS_ALARM)
        assert alarm is not None
        assert "chmod 600" in alarm.details["reason"]
        assert f"s={first};" in relay.journal.entries[0].data.decode()
        path_of(keys, second).chmod(0o600)
        _publish(7)
        post.run(Lane.BULK, seconds=20)
        db.session.rollback()
        assert find_open_alarm(*KEYS_ALARM) is None
        assert f"s={second};" in relay.journal.entries[-1].data.decode()
