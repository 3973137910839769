"""Room in the pages of subscriptions: a slot that clears a million marks needs no new page.

A row whose changed columns are in no index is written beside its old self, and no index learns of
it, as long as the page has room (PostgreSQL, heap-only tuples). Planning marks all readers of a
slot in one statement: half of each page is what that takes.

Revision ID: 0038
Revises: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.execute("alter table subscriptions set (fillfactor = 50)")


def downgrade() -> None:
    op.execute("alter table subscriptions reset (fillfactor)")
