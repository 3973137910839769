"""A worker: `python -m tasks --queues bulk`, with the options of `celery worker`.

What Celery's own command brings along (a shell, its completion, every other command), and what
libraries use only where it happens to be installed, stays out of the memory of every worker.
"""

import sys

# Tracebacks in colours, figures of processes, coroutines, another way to call C: whoever tries to
# import these has a plain way as well, which does for us.
UNUSED = ("rich", "pygments", "psutil", "greenlet", "cffi")

if __name__ == "__main__":
    # Before all else is imported; None says that there is no such module.
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]

    from tasks.work import work

    # Billiard takes the name alone for the module, and children would outlive a killed parent.
    if sys.modules["cffi"] is None:
        del sys.modules["cffi"]
    work()
