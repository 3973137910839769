"""A house that hands its mail to the recording relay."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newsletter.local.show import desk as desk
from newsletter.local.show.browser import Visitor
from newsletter.local.show.mails import Inbox, ShownMail
from seeds.demo import LOGINS
from tests.faults.relay import Relay
from tests.journeys.house import House


class RelayInbox(Inbox):
    """What the relay took for an address, as the mail it is."""

    def __init__(self, relay: Relay) -> None:
        self._journal = relay.journal

    def mails_of(self, address: str) -> list[ShownMail]:
        return [
            ShownMail(str(number), entry.message)
            for number, entry in enumerate(list(self._journal.entries))
            if entry.rcpt_to == address
        ]


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as opened:
        yield opened


@pytest.fixture
def inbox(relay: Relay) -> RelayInbox:
    return RelayInbox(relay)


@pytest.fixture
def house(
    make_database: Callable[[], dict[str, str]], relay: Relay, tmp_path: Path
) -> Iterator[House]:
    with House({**make_database(), "SMTP_URL": relay.url}, tmp_path) as opened:
        yield opened


@pytest.fixture
def visitor(house: House) -> Iterator[Visitor]:
    with Visitor(house.site) as someone:
        yield someone


@pytest.fixture
def second(house: House) -> Iterator[Visitor]:
    """Who approves what the editor made."""
    with Visitor(house.site) as someone:
        desk.log_in(someone, email=LOGINS[1].email, password=LOGINS[1].password,
                    totp_key=LOGINS[1].totp_key)
        yield someone


@pytest.fixture
def editor(house: House) -> Iterator[Visitor]:
    with Visitor(house.site) as someone:
        yield someone
