"""One at a time: mailings are planned one after the other, so that each sees what went before.

Else two that are planned at once could give a reader the same article, as neither sees the
other's deliveries yet.
"""

from sqlalchemy import text

from newsletter.extensions import db

_LOCK = text("select pg_advisory_xact_lock('mailings'::regclass::oid::integer, 0)")


def one_at_a_time() -> None:
    """Wait for whoever plans a mailing now; nobody else does until this transaction ends."""
    db.session.execute(_LOCK)
