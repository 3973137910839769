"""Work on an import, some rows at a time: judge them, or make readers of those that may be."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from newsletter import clock
from newsletter.catalogue.queries import keep_themes
from newsletter.extensions import db
from newsletter.subscribers.import_models import (
    ImportRow,
    ImportStatus,
    ReaderImport,
    Verdict,
)
from newsletter.subscribers.judge_import import Judged, judge
from newsletter.subscribers.load_import import empty_rows
from newsletter.subscribers.make_readers import make_readers
from newsletter.tokens import Signer


def work_import(import_id: int, *, at_most: int, signer: Signer, now: datetime) -> bool:
    """Whether there is more to do for this call's caller, which repeats it.

    One worker at a time: another finds the import locked and goes. Each call is whole by itself,
    so that one that is killed loses nothing and doubles nothing.
    """
    found = db.session.scalar(
        select(ReaderImport).where(ReaderImport.id == import_id)
        .with_for_update(skip_locked=True).execution_options(populate_existing=True)
    )
    if found is None or found.status not in (ImportStatus.JUDGING, ImportStatus.CARRYING_OUT):
        return False
    if found.status is ImportStatus.JUDGING:
        return _judge(found, at_most=at_most, signer=signer, now=now)
    return _carry_out(found, at_most=at_most, signer=signer, now=now)


def _judge(found: ReaderImport, *, at_most: int, signer: Signer, now: datetime) -> bool:
    rows = db.session.scalars(
        select(ImportRow).where(ImportRow.import_id == found.id, ImportRow.verdict.is_(None))
        .order_by(ImportRow.number).limit(at_most)
    ).all()
    if not rows:
        found.status = ImportStatus.JUDGED
        return False
    today = clock.local(now).date()
    _write(dict(zip(rows, judge(found, rows, signer=signer, today=today), strict=True)))
    return True


def _carry_out(found: ReaderImport, *, at_most: int, signer: Signer, now: datetime) -> bool:
    rows = db.session.scalars(
        select(ImportRow).where(
            ImportRow.import_id == found.id, ImportRow.verdict == Verdict.TAKEN,
            ImportRow.subscriber_id.is_(None),
        ).order_by(ImportRow.number).limit(at_most).with_for_update()
    ).all()
    if not rows:
        _finish(found, now=now)
        return False
    # Judged once more: who left, complained or signed up since the first time stays as she is, and
    # a theme that was merged since goes on in its heir, which stays until this is done.
    keep_themes()
    today = clock.local(now).date()
    judged = dict(zip(rows, judge(found, rows, signer=signer, today=today), strict=True))
    made = make_readers({row.number: its.row for row, its in judged.items()
                         if its.row is not None and its.verdict is Verdict.TAKEN},
                        import_id=found.id, now=now)
    for row, its in judged.items():
        if its.verdict is Verdict.TAKEN and row.number not in made:
            judged[row] = Judged(Verdict.ALREADY)
    _write(judged, made)
    return True


def _write(judged: Mapping[ImportRow, Judged], made: Mapping[int, int] | None = None) -> None:
    """What became of the rows, in one statement."""
    db.session.execute(update(ImportRow), [
        {"import_id": row.import_id, "number": row.number, "verdict": its.verdict,
         "detail": its.detail, "subscriber_id": (made or {}).get(row.number)}
        for row, its in judged.items()
    ])
    for row in judged:
        db.session.expire(row)


def _finish(found: ReaderImport, *, now: datetime) -> None:
    """The import is done, and no address of its rows stays."""
    empty_rows(found)
    found.status, found.ended_at = ImportStatus.DONE, now
