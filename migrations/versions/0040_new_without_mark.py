"""New without a mark: that a reader is new, her moment of confirming tells.

Until now each was marked when she came, and her first slot took the mark away: of a million new
readers that was the longest statement of its planning. Who is marked now stays so until her slot.

Revision ID: 0040
Revises: 0039
"""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.execute("alter table subscriptions alter is_reckoned_anew set default false")


def downgrade() -> None:
    # The code of before knows the new ones by nothing but the mark.
    op.execute("alter table subscriptions alter is_reckoned_anew set default true")
    op.execute("update subscriptions set is_reckoned_anew = true where not is_reckoned_anew")
