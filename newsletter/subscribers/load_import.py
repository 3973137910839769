"""Load a list of readers: its rows wait to be judged; no reader is touched."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.addresses import check, identity_of
from newsletter.errors import BadAddress, BadInput, WrongState
from newsletter.extensions import db
from newsletter.subscribers.import_models import ImportRow, ImportStatus, ReaderImport
from newsletter.subscribers.read_import import Column, Read, read_import

MOST_WORDINGS = 20
LONGEST_ADDRESS = 400  # characters; what is longer is no address
_COPY = "copy import_rows (import_id, number, address, identity, cells) from stdin"


def load_import(
    content: bytes, *, proof: Mapping[str, str], account_id: int, now: datetime
) -> tuple[ReaderImport, Read | None]:
    """The import, and what was read; None for a file that is there already.

    `proof` is the source, given_on and wording for rows without their own. Raises BadInput at
    `file`.
    """
    file_hash = hashlib.sha256(content).hexdigest()
    known = _find(file_hash)
    if known is not None:
        return known, None
    read = read_import(content)
    wordings = {cells.get(Column.WORDING, "") for _number, cells in read.rows}
    if len(wordings) > MOST_WORDINGS:
        raise BadInput("file", "too_many_wordings")
    made = ReaderImport(
        file_hash=file_hash, status=ImportStatus.JUDGING, proof=dict(proof),
        rows=len(read.rows), loaded_at=now, loaded_by=account_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
    except IntegrityError:
        # Loaded by another at the same moment: that one counts.
        known = _find(file_hash)
        assert known is not None
        return known, None
    _copy(made.id, read)
    return made, read


def carry_out_import(found: ReaderImport, *, account_id: int, now: datetime) -> None:
    """Let the rows be carried out, the import locked. Raises WrongState unless it was judged."""
    if found.status is not ImportStatus.JUDGED:
        raise WrongState(found.status.value)
    found.status = ImportStatus.CARRYING_OUT
    found.carried_out_at, found.carried_out_by = now, account_id
    db.session.flush()


def drop_import(found: ReaderImport, *, now: datetime) -> int:
    """Put the file aside, the import locked, and its rows with it; how many readers it had made.

    One that is carried out stops: who became a reader stays one, and her row the proof of it.
    Raises WrongState once it is done or put aside.
    """
    if found.status not in (ImportStatus.JUDGING, ImportStatus.JUDGED, ImportStatus.CARRYING_OUT):
        raise WrongState(found.status.value)
    db.session.execute(delete(ImportRow).where(
        ImportRow.import_id == found.id, ImportRow.subscriber_id.is_(None)))
    stays = empty_rows(found)
    found.status, found.ended_at = ImportStatus.DROPPED, now
    db.session.flush()
    return stays


def empty_rows(found: ReaderImport) -> int:
    """Let no address and no cell of its rows stay; how many rows there are."""
    emptied = db.session.execute(
        update(ImportRow).where(ImportRow.import_id == found.id)
        .values(address=None, identity=None, cells=None)
        .returning(ImportRow.number)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())


def _find(file_hash: str) -> ReaderImport | None:
    return db.session.scalar(
        select(ReaderImport).where(
            ReaderImport.file_hash == file_hash, ReaderImport.status != ImportStatus.DROPPED
        )
    )


def _copy(import_id: int, read: Read) -> None:
    raw: Any = db.session.connection().connection.dbapi_connection
    with raw.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number, cells in read.rows:
            address = cells.get(Column.ADDRESS, "")[:LONGEST_ADDRESS]
            copy.write_row((import_id, number, address, _identity(address),
                            json.dumps({**cells, Column.ADDRESS.value: address})))


def _identity(typed: str) -> str:
    """Whose address it is, as it would be kept: a stop under one spelling holds for the others."""
    try:
        return identity_of(check(typed))
    except BadAddress:
        return identity_of(typed)
