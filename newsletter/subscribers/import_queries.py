"""Reads of imports: which there are, which a worker must go on with, and what became of rows."""

from collections.abc import Sequence

from sqlalchemy import func, select

from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.subscribers.find_reader import LARGEST_NUMBER
from newsletter.subscribers.import_models import (
    ImportRow,
    ImportStatus,
    ReaderImport,
    Verdict,
)


def get_import(import_id: int, *, lock: bool = False) -> ReaderImport:
    """The import; locked for a deed on request. Raises NotFound."""
    query = select(ReaderImport).where(ReaderImport.id == import_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query) if 0 < import_id <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound(f"import {import_id}")
    return found


def newest_imports(at_most: int) -> Sequence[ReaderImport]:
    """The newest first."""
    return db.session.scalars(
        select(ReaderImport).order_by(ReaderImport.id.desc()).limit(at_most)
    ).all()


def rows_of(
    import_id: int, *, verdict: Verdict | None, after: int, at_most: int
) -> Sequence[ImportRow]:
    """Rows beyond number `after` in the order of the file; of one verdict, or all."""
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    if verdict is not None:
        query = query.where(ImportRow.verdict == verdict)
    return db.session.scalars(query.order_by(ImportRow.number).limit(at_most)).all()


def imports_at_work() -> list[int]:
    """Imports that a worker must go on with."""
    return list(db.session.scalars(
        select(ReaderImport.id)
        .where(ReaderImport.status.in_((ImportStatus.JUDGING, ImportStatus.CARRYING_OUT)))
        .order_by(ReaderImport.id)
    ))


def imports_to_decide() -> Sequence[ReaderImport]:
    """Imports whose rows were judged, and that a person carries out or drops; the oldest first."""
    return db.session.scalars(
        select(ReaderImport).where(ReaderImport.status == ImportStatus.JUDGED)
        .order_by(ReaderImport.id)
    ).all()


def verdicts_of(import_id: int) -> dict[Verdict | None, int]:
    """How many rows have each verdict; None for those not judged yet."""
    rows = db.session.execute(
        select(ImportRow.verdict, func.count()).where(ImportRow.import_id == import_id)
        .group_by(ImportRow.verdict)
    )
    return {row[0]: row[1] for row in rows}


def count_carried_out(import_id: int) -> int:
    """How many rows became a reader."""
    return db.session.scalar(
        select(func.count()).select_from(ImportRow).where(
            ImportRow.import_id == import_id, ImportRow.verdict == Verdict.TAKEN,
            ImportRow.subscriber_id.is_not(None))
    ) or 0
