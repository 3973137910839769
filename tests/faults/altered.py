"""The entry in runs under fire: of workers `python -m tests.faults.altered`, of beat with `-A`.

`FAULT_HOST` is the name of the machine that a worker believes to be on; `FAULT_ALTERATION` is what
is broken in it on purpose. The service itself has no such switch.
"""

import os
import runpy
import socket

from tests.faults.alterations import ALTERATIONS

if host := os.environ.get("FAULT_HOST"):
    socket.gethostname = lambda: host
if alteration := os.environ.get("FAULT_ALTERATION"):
    ALTERATIONS[alteration]()

# Only now, so that it is altered from the beginning.
from tasks.worker import app

__all__ = ["app"]

if __name__ == "__main__":
    runpy.run_module("tasks", run_name="__main__")
