"""`transaction()`: one deed, one commit, and only then its wake-ups."""

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter import jobs
from newsletter.extensions import db


@contextmanager
def transaction() -> Iterator[None]:
    """Commit at the end, roll back on any error; `jobs.enqueue` inside waits for the commit.

    Not to be nested: a deed inside a deed is one transaction of the outer door.
    """
    jobs.hold()
    done = False
    try:
        yield
        db.session.commit()
        done = True
    finally:
        try:
            if not done:
                db.session.rollback()
        finally:
            jobs.release(send=done)
