"""Which Python `make` makes an environment of."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.core import ROOT

SYSTEMS_OWN = "/usr/bin/python3"
FIT = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"


@pytest.fixture
def is_fit() -> bool:
    """Whether this system has a Python of its own that is new enough and has venv."""
    if not Path(SYSTEMS_OWN).exists():
        return False
    return subprocess.run([SYSTEMS_OWN, "-c", FIT], stderr=subprocess.DEVNULL).returncode == 0


def test_make_takes_the_systems_own_python_where_it_is_fit(is_fit: bool) -> None:
    assert _chosen() == (SYSTEMS_OWN if is_fit else "python3")


def test_make_takes_the_python_that_is_named() -> None:
    assert _chosen(f"PYTHON={sys.executable}") == sys.executable


def _chosen(*words: str) -> str:
    # What an outer make passes on, too.
    environ = {name: value for name, value in os.environ.items()
               if name != "PYTHON" and not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "--no-print-directory", "-f", "-", "shown", *words], cwd=ROOT, env=environ,
        input="include Makefile\nshown: ; @echo $(PYTHON)\n", text=True, check=True,
        stdout=subprocess.PIPE,
    ).stdout.strip()
