"""A name server with all that a sender publishes."""

from collections.abc import Iterator

import pytest

from newsletter.dns.zone import zone
from tests.dns.sender import WEB, publication
from tests.dns.server import NameServer


@pytest.fixture
def names() -> Iterator[NameServer]:
    """The printed zone, served."""
    with NameServer(zone(publication()) + WEB).running() as running:
        yield running
