"""Packages of the system that some tests need; without one these do not run, and that is said.

In CI, as root, which can install them, they run whatever is missing, and fail.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

_BINARIES = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))


def program(name: str) -> str | None:
    """Where a program is, also where only root looks."""
    return shutil.which(name, path=_BINARIES)


def _has_mail_dkim() -> bool:
    perl = program("perl")
    return perl is not None and subprocess.run(
        [perl, "-MMail::DKIM::Verifier", "-e", "1"], capture_output=True, check=False, timeout=20
    ).returncode == 0


_IS_THERE: dict[str, Callable[[], bool]] = {
    "opendkim": lambda: program("opendkim") is not None,
    "libmail-dkim-perl": _has_mail_dkim,
    "spamassassin": lambda: program("spamassassin") is not None,
    "postfix": lambda: program("postfix") is not None and os.geteuid() == 0,
}
_not_run = pytest.StashKey[list[str]]()


def has(package: str) -> bool:
    """Whether it is installed, and may be used by us."""
    return _IS_THERE[package]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a package that is not here."""
    if os.environ.get("CI") and os.geteuid() == 0:
        return
    lacking = {
        item: missing for item in items
        if (missing := [each for mark in item.iter_markers("needs") for each in mark.args
                        if not has(each)])
    }
    config.stash[_not_run] = [f"{item.nodeid}: {', '.join(lacking[item])}" for item in lacking]
    items[:] = [item for item in items if item not in lacking]
    config.hook.pytest_deselected(items=list(lacking))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of several tells what it left out to the one that prints the summary."""
    if (said := getattr(session.config, "workeroutput", None)) is not None:
        said["not run"] = session.config.stash.get(_not_run, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each collects the same tests, and so leaves out the same; one that died says nothing."""
    if (left_out := getattr(node, "workeroutput", {}).get("not run")) is not None:
        node.config.stash[_not_run] = left_out


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name what did not run, and the package to install."""
    left_out = config.stash.get(_not_run, [])
    if left_out:
        terminalreporter.section("did not run: these packages are not here")
        for name in left_out:
            terminalreporter.write_line(name)
