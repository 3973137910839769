"""All data about a reader as files: JSON, CSV in a ZIP, and the receipt of her consent (P05)."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response, render_template

from newsletter import clock
from newsletter.cells import cell
from newsletter.core import settings, signer
from newsletter.mailings.dossier import everything_about
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.receipt import receipt_of, receipt_text
from newsletter.web.languages import current_language
from newsletter.web.reader.personal.opened import opened

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know UTF-8


def as_json(token: str) -> Response:
    """GET /mijn-gegevens/<token>/gegevens.json: every table with its rows; changes nothing."""
    subscription, now = opened(token), clock.now()
    body = {"made_at": now.isoformat(timespec="seconds"), **_tables(subscription)}
    return file_of(
        json.dumps(body, ensure_ascii=False, indent=2) + "\n", "application/json",
        f"gegevens-{_day(now)}.json",
    )


def as_zip(token: str) -> Response:
    """GET /mijn-gegevens/<token>/gegevens.zip: a CSV for each table, and a page that explains."""
    subscription, now = opened(token), clock.now()
    body = packed(subscription, lang=current_language(), now=now)
    return file_of(body, "application/zip", f"gegevens-{_day(now)}.zip")


def packed(subscription: Subscription, *, lang: str, now: datetime) -> bytes:
    """Everything about a reader as a ZIP: the page that explains is in `lang`, `nl` or `en`."""
    tables = _tables(subscription)
    body = io.BytesIO()
    with ZipFile(body, "w", ZIP_DEFLATED) as pack:
        explained = render_template(
            f"pages/reader/personal/readme_{lang}.txt", tables=tables, made_at=now
        )
        pack.writestr("README.txt", BYTE_ORDER_MARK + explained.replace("\n", "\r\n"))
        for name, rows in tables.items():
            if rows:
                pack.writestr(f"{name}.csv", BYTE_ORDER_MARK + as_csv(rows))
        pack.writestr("consent-receipt.json", _receipt(subscription, now))
    return body.getvalue()


def receipt(token: str) -> Response:
    """GET /mijn-gegevens/<token>/bewijs.json: her ledger of consent, signed, to check offline."""
    subscription, now = opened(token), clock.now()
    return file_of(
        _receipt(subscription, now), "application/json", f"toestemming-{_day(now)}.json"
    )


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of one table as CSV (RFC 4180) whose cells cannot start a formula (S12)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(rows[0])
    writer.writerows([cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def file_of(body: str | bytes, kind: str, name: str) -> Response:
    """An answer that a browser keeps as a file of that name."""
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _tables(subscription: Subscription) -> Tables:
    return everything_about(
        subscription.subscriber_id,
        address_hashes=signer().address_hashes(subscription.subscriber.address or ""),
    )


def _receipt(subscription: Subscription, now: datetime) -> str:
    return receipt_text(
        receipt_of(
            subscription.subscriber_id, signer=signer(), public_url=settings().public_url, now=now
        )
    )


def _day(moment: datetime) -> str:
    return clock.local(moment).date().isoformat()
