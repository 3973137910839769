"""The audit trail as a file: CSV whose cells cannot start a formula (S12), or JSON."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from flask import Response, stream_with_context

from newsletter import clock
from newsletter.accounts.audit_queries import Shown, Wanted, export_audit
from newsletter.cells import cell, plain
from newsletter.transaction import transaction

COLUMNS = ("sequence", "at", "person", "account_id", "actor", "door", "act", "subject", "details",
           "address", "program", "previous_hash", "hash")


def send(wanted: Wanted, kind: str) -> Response:
    """The entries that are wanted, newest first, written as they are read; moments in UTC."""
    write, mime = FORMATS[kind]
    name = f"logboek-{clock.local(clock.now()):%Y-%m-%d}.{kind}"
    return Response(
        stream_with_context(write(_rows(wanted))),
        mimetype=mime,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rows(wanted: Wanted) -> Iterator[dict[str, Any]]:
    pages = export_audit(wanted)
    rows: list[dict[str, Any]] = [{}]
    while rows:
        with transaction():  # none stays open while somebody's line is slow
            rows = [_row(shown) for shown in next(pages, ())]
        yield from rows


def _row(shown: Shown) -> dict[str, Any]:
    own = {"person": shown.person,
           "address": shown.origin.address if shown.origin else None,
           "program": shown.origin.program if shown.origin else None}
    return {name: own[name] if name in own else getattr(shown.entry, name) for name in COLUMNS}


def _as_csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    yield line.getvalue()
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([cell(row[name]) for name in COLUMNS])
        yield line.getvalue()


def _as_json(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    between = "[\n"
    for row in rows:
        yield between + json.dumps(row, ensure_ascii=False, default=plain)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


FORMATS = {"csv": (_as_csv, "text/csv"), "json": (_as_json, "application/json")}
