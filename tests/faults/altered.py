"""The workers' entry in runs under fire: `celery -A tests.faults.altered`.

`FAULT_HOST` is the name of the machine that a worker believes to be on; `FAULT_ALTERATION` is what
is broken in it on purpose. The service itself has no such switch.
"""

import os
import socket

from tests.faults.alterations import ALTERATIONS

if host := os.environ.get("FAULT_HOST"):
    socket.gethostname = lambda: host
if alteration := os.environ.get("FAULT_ALTERATION"):
    ALTERATIONS[alteration]()

# Only now, so that it is altered from the beginning.
from tasks.worker import app

__all__ = ["app"]
