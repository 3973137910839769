"""Seen links: what the planning of a slot saw of its last hour, which the next need not ask again.

Of slots of before it is not known: the slot after them looks at the whole hour, as it does after
what the code that still runs plans.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.add_column("digest_slots", sa.Column("seen_links", postgresql.JSONB))


def downgrade() -> None:
    op.drop_column("digest_slots", "seen_links")
