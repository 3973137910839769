"""Readers as a CSV file, for an admin: chosen fields, streamed, safe for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Sequence

from flask import Response, render_template, request, stream_with_context
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from newsletter import clock
from newsletter.cells import cell
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.subscribers.list_readers import ExportField, list_readers
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.forms import DeskForm
from newsletter.web.reader.personal.export import BYTE_ORDER_MARK

FIELDS = {
    ExportField.NUMBER: _l("Nummer"),
    ExportField.ADDRESS: _l("E-mailadres"),
    ExportField.NAME: _l("Naam"),
    ExportField.ORGANISATION: _l("Organisatie"),
    ExportField.SECTOR: _l("Soort organisatie"),
    ExportField.EDITIONS: _l("Edities"),
    ExportField.CADENCE: _l("Ritme"),
    ExportField.THEMES: _l("Thema’s"),
    ExportField.LANGUAGE: _l("Taal"),
    ExportField.FORMAT: _l("Vorm"),
    ExportField.CONFIRMED_AT: _l("Bevestigd"),
    ExportField.PAUSED_UNTIL: _l("Pauze tot"),
}


class ExportForm(DeskForm):
    """Which fields stand in the file; none is chosen beforehand."""

    fields = SelectMultipleField(
        _l("Wat moet erin?"), id="fields", validate_choice=False, widget=ListWidget(),
        option_widget=CheckboxInput(),
        choices=[(field.value, words) for field, words in FIELDS.items()],
    )


def page() -> str:
    """GET /redactie/lezers/export: which fields, and what such a file is."""
    return render_template("pages/desk/readers_export.html", form=ExportForm(formdata=None))


def export() -> Response | tuple[str, int]:
    """POST /redactie/lezers/export: the active readers; who took which fields is recorded."""
    form = ExportForm(request.form)
    fields = [field for field in ExportField if field.value in (form.fields.data or ())]
    if not fields:
        form.show_fault(BadInput("fields", "none"))
        return render_template("pages/desk/readers_export.html", form=form), 400
    with recorded("export_readers", "subscribers", fields=[field.value for field in fields]):
        pass  # recorded before the first row leaves, and also when the download breaks off
    response = Response(stream_with_context(_lines(fields)), content_type="text/csv")
    day = clock.local(clock.now()).date().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="lezers-{day}.csv"'
    return response


def _lines(fields: Sequence[ExportField]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _csv([[field.value for field in fields]])
    after: int | None = 0
    while after is not None:
        rows, after = list_readers(fields, after=after)
        # A slow download holds no connection of the pool in its hands.
        db.session.rollback()
        yield _csv([[cell(value) for value in row] for row in rows])


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
