"""The servers that runs under fire stand on, which are not those of the other tests; the rows."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import rows
from tests.faults.ground import Ground
from tests.faults.oracle import Verdict


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    """Started once; killed and revived by whoever needs that."""
    with tempfile.TemporaryDirectory(prefix="nl-") as folder, Ground(Path(folder)) as opened:
        yield opened


@pytest.fixture
def keep(pytestconfig: pytest.Config) -> Callable[[Verdict], None]:
    """Prints the line of a run, whatever is captured, and keeps its row."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def kept(verdict: Verdict) -> None:
        with capture.global_and_fixture_disabled():
            rows.keep(verdict)

    return kept
