"""The real browser: found, or said at the end of the run which tests did not run for want of it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from redis import Redis

from tests.browser.walk import DOCS, UPDATE, Walk
from tests.faults.parts import WORKERS
from tests.journeys.house import House, free_port

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
READERS = 60  # so that a mailing has something to show
_not_run = pytest.StashKey[list[str]]()


def find_chromium() -> str | None:
    """The program: CHROMIUM, the PATH, the usual places, or what Playwright fetched itself."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    with sync_playwright() as playwright:
        places = (*PLACES, playwright.chromium.executable_path)
    return next((place for place in places if Path(place).exists()), None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Outside CI a machine without Chromium runs the other tests; in CI these fail there."""
    ours = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    if not ours or os.environ.get("CI") or find_chromium():
        return
    config.stash[_not_run] = [item.nodeid for item in ours]
    items[:] = [item for item in items if item not in ours]
    config.hook.pytest_deselected(items=ours)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name what did not run."""
    left_out = config.stash.get(_not_run, [])
    if left_out:
        terminalreporter.section("did not run: no Chromium here (install it, or set CHROMIUM)")
        for name in left_out:
            terminalreporter.write_line(name)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    program = find_chromium()
    assert program, "no Chromium here: install it, or set CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def unlimited(servers: dict[str, str]) -> Iterator[None]:
    """How often somebody logs in here does not count for who does so in the next test."""
    yield
    with Redis.from_url(servers["REDIS_URL"]) as counts:
        counts.flushall()


@pytest.fixture
def house(make_database: Callable[[], dict[str, str]], tmp_path: Path) -> Iterator[House]:
    """A running house with the local inbox."""
    state = tmp_path / "state"
    state.mkdir()
    environ = {**make_database(), "STATE": str(state), "INBOX_PORT": str(free_port())}
    parts = ("inbox", "web", *WORKERS, "beat")
    with House(environ, tmp_path, parts=parts, readers=READERS) as opened:
        yield opened


@pytest.fixture
def walks(chromium: Browser, house: House, tmp_path: Path) -> Iterator[Callable[[], Walk]]:
    """Makes people, each with a browser window of her own."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    if UPDATE:
        DOCS.mkdir(parents=True, exist_ok=True)
    opened: list[Walk] = []

    def make() -> Walk:
        opened.append(Walk(chromium, site=house.site, folder=folder))
        return opened[-1]

    yield make
    for walk in opened:
        walk.close()
