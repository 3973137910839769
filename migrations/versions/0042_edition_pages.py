"""Edition pages: what the page of an edition shows is frozen with its mail.

Manifests of before have none: what their pages showed is not known any more. The code that still
runs leaves the column out.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.add_column("manifests", sa.Column("page", postgresql.JSONB))


def downgrade() -> None:
    op.drop_column("manifests", "page")
