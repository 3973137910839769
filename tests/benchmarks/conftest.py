"""What the figures rest on: servers that are as durable as an operator's, and the table at the end.

Not those of the tests, which have nothing to lose and do not wait for the disk.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newsletter.local.servers import Servers
from tests.benchmarks.filled import Fillings
from tests.benchmarks.on_cheap_sink import OnCheapSink, send_to_cheap_sink
from tests.benchmarks.rows import print_table, rows_to_print
from tests.benchmarks.sink import ToolMissing


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, str]]:
    """The addresses of a durable PostgreSQL and a Valkey of our own, as settings."""
    with tempfile.TemporaryDirectory(prefix="nl-") as folder:
        with Servers(Path(folder) / "state", environ={}) as running:
            yield running.settings()
        running.remove()


@pytest.fixture(scope="session")
def fillings(
    make_database: Callable[[], dict[str, str]], settings_of: Callable[[str], dict[str, str]]
) -> Fillings:
    """Databases full of readers."""
    return Fillings(make_database, settings_of)


@pytest.fixture(scope="session")
def on_cheap_sink(
    fillings: Fillings, tmp_path_factory: pytest.TempPathFactory
) -> OnCheapSink | ToolMissing:
    """What both ours and the load generator came to on the cheap sink, or what is missing."""
    try:
        return send_to_cheap_sink(fillings, tmp_path_factory.mktemp("cheap"))
    except ToolMissing as error:
        return error


def pytest_terminal_summary() -> None:
    """The whole table, once all figures of this run are there."""
    if rows := rows_to_print():
        print_table(rows)
