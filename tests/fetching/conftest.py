"""A server that misbehaves."""

from collections.abc import Iterator

import pytest

from tests.fetching.rude import Rude


@pytest.fixture
def rude() -> Iterator[Rude]:
    with Rude().running() as running:
        yield running
