"""Figures: counts of days, and answers to mailings; neither says anything of a person.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

MEASURES = ("given", "left", "erased", "bounced", "readers", "cadence", "language", "theme")


def upgrade() -> None:
    op.create_table(
        "mailing_answers",
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("useful", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_useful", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("useful >= 0 and not_useful >= 0",
                           name=op.f("ck_mailing_answers_counts")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailings.id"],
                                name=op.f("fk_mailing_answers_mailing_id_mailings")),
        sa.PrimaryKeyConstraint("mailing_id", "day", name=op.f("pk_mailing_answers")),
    )
    op.create_table(
        "figures",
        sa.Column("measure", sa.Enum(*MEASURES, name="measure", native_enum=False,
                                     create_constraint=True, length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_figures_count")),
        sa.PrimaryKeyConstraint("measure", "subject", "day", name=op.f("pk_figures")),
    )
    # The night's count reads a day of the ledger of consent, and a report the leaving of a week.
    op.create_index("ix_consents_at", "consents", ["at"], postgresql_using="brin",
                    postgresql_with={"autosummarize": "on"})
    op.create_index("ix_consents_withdrawn_at", "consents", ["at"],
                    postgresql_where=sa.text("act = 'withdrawn'"))


def downgrade() -> None:
    op.drop_index("ix_consents_withdrawn_at", "consents")
    op.drop_index("ix_consents_at", "consents")
    op.drop_table("figures")
    op.drop_table("mailing_answers")
