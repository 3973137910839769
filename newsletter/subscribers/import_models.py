"""Tables of lists of readers that the desk brings in, each row with its proof of consent."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class ImportStatus(StrEnum):
    """Where an import stands; the rows of the last two hold no address any more."""

    JUDGING = "judging"
    JUDGED = "judged"
    CARRYING_OUT = "carrying_out"
    DONE = "done"
    DROPPED = "dropped"


class Verdict(StrEnum):
    """What becomes of a row."""

    TAKEN = "taken"
    ALREADY = "already"
    PENDING = "pending"
    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    NEVER_AGAIN = "never_again"
    BAD_ADDRESS = "bad_address"
    MISSING_PROOF = "missing_proof"
    BAD_CELL = "bad_cell"
    DOUBLE = "double"
    ERASED = "erased"


class ReaderImport(Model):
    """One file, known by its hash; what stands on the form counts for rows that lack it."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("(status in ('done', 'dropped')) = (ended_at is not null)", name="ended"),
        CheckConstraint("(carried_out_by is null) = (carried_out_at is null)", name="carried_out"),
        # The same file is brought in once, unless it was put aside.
        Index("uq_imports_file_hash", "file_hash", unique=True,
              postgresql_where=text("status <> 'dropped'")),
        Index("ix_imports_at_work", "id",
              postgresql_where=text("status in ('judging', 'carrying_out')")),
        Index("ix_imports_to_decide", "id", postgresql_where=text("status = 'judged'")),
    )

    id: Mapped[Key]
    file_hash: Mapped[str]
    status: Mapped[ImportStatus] = mapped_column(words(ImportStatus, "status"))
    # What the form said for all rows: source, given_on and wording.
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB)
    rows: Mapped[int]
    loaded_at: Mapped[Moment]
    loaded_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    carried_out_at: Mapped[Moment | None]
    carried_out_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    ended_at: Mapped[Moment | None]


class ImportRow(Model):
    """One row by its number in the file; address and cells stay until the import has ended."""

    __tablename__ = "import_rows"
    __table_args__ = (
        CheckConstraint("num_nulls(address, identity, cells) in (0, 3)", name="emptied"),
        CheckConstraint("subscriber_id is null or verdict = 'taken'", name="taken"),
        Index("ix_import_rows_verdict", "import_id", "verdict", "number"),
        Index("ix_import_rows_waiting", "import_id", "number",
              postgresql_where=text("verdict = 'taken' and subscriber_id is null")),
        Index("ix_import_rows_identity", "identity",
              postgresql_where=text("identity is not null")),
        Index("ix_import_rows_subscriber_id", "subscriber_id",
              postgresql_where=text("subscriber_id is not null")),
    )

    import_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address: Mapped[str | None]
    identity: Mapped[str | None]
    cells: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    verdict: Mapped[Verdict | None] = mapped_column(words(Verdict, "verdict"))
    # Which column or rule the verdict is about, by name; never what was typed.
    detail: Mapped[str] = mapped_column(server_default="")
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("subscribers.id"))
