"""What the tests of pages share."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.material import NOW


@pytest.fixture
def now() -> Iterator[None]:
    """The clock stands still at the moment that the test material speaks of."""
    with time_machine.travel(NOW, tick=False):
        yield
