"""Stops the copy that runs in a state folder and removes the folder: `make clean`."""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from newsletter.errors import BadSettings
from newsletter.local.places import FolderLock, Places, server_user

PATIENCE_SECONDS = 30.0


def clean(environ: Mapping[str, str]) -> str:
    """Stop and remove; what was done, in a line.

    Raises BadSettings when the folder is not a state folder or its copy does not stop.
    """
    state = Path(environ.get("STATE") or ".state").absolute()
    places = Places(state, server_user())
    if not state.exists():
        return f"{state} is not there: nothing to remove."
    if not places.is_ours():
        raise BadSettings([f"{state} is not a state folder: set STATE to the one to remove."])
    lock = FolderLock(state)
    _stop_holder(lock)
    lock.take()
    places.remove()
    lock.give_back()
    return f"{state} is removed."


def _stop_holder(lock: FolderLock) -> None:
    if lock.is_free():
        return
    holder = lock.holder()
    if holder > 0:
        try:
            os.kill(holder, signal.SIGTERM)
        except ProcessLookupError:
            return
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not lock.is_free():
        if time.monotonic() > deadline:
            raise BadSettings([f"Process {holder} did not stop: end it, then clean again."])
        time.sleep(0.1)


def main() -> int:
    """The command line; exit code 2 when it refuses."""
    try:
        print(clean(os.environ))
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
