"""Durable: small files that several processes change and that a power cut must not take back."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, flags: int = 0) -> Iterator[int]:
    """The file opened for both and to ourselves, made with mode 0600 if need be. Raises OSError.

    Call `os.fsync` on it, and `keep_name` when it is new, before relying on what was written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.geteuid() == 0 and os.fstat(descriptor).st_size == 0:
            # The operator may be root, the workers are not: what they write is theirs.
            owner = path.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        yield descriptor
    finally:
        os.close(descriptor)


def keep_name(folder: Path) -> None:
    """Make the names in the folder durable too. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
