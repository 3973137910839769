"""Readers from a list with proof of consent: load, judge without a trace, carry out, report."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response as Stream
from flask import flash, make_response, render_template, request, stream_with_context, url_for
from flask_security import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.cells import cell
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.subscribers.import_models import ImportStatus, ReaderImport, Verdict
from newsletter.subscribers.import_queries import (
    count_carried_out,
    get_import,
    newest_imports,
    rows_of,
    verdicts_of,
)
from newsletter.subscribers.load_import import carry_out_import, drop_import, load_import
from newsletter.subscribers.read_import import LARGEST
from newsletter.subscribers.read_row import check_defaults
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.import_forms import CarryOutForm, LoadForm
from newsletter.web.desk.import_words import (
    COLUMNS,
    STATES,
    VERDICTS,
    detail_words,
    masked_of,
    verdict_words,
)
from newsletter.web.desk.said import _
from newsletter.web.reader.personal.export import BYTE_ORDER_MARK

SHELF, ON_A_PAGE, AT_ONCE = 20, 100, 2_000
LONGEST_NUMBER = 9  # digits
# Where the form asks for the proof of rows without their own.
_FIELDS = {"source": "where", "given_on": "given_on", "wording": "words"}


def shelf() -> str:
    """GET /redactie/import: the newest imports, and the form for one more."""
    return _shelf(LoadForm(formdata=None))


def load() -> Response | tuple[str, int]:
    """POST /redactie/import: the file is read and waits to be judged; no reader is touched."""
    form = LoadForm(request.form)
    proof = {column: (form[name].data or "").strip() for column, name in _FIELDS.items()}
    file = request.files.get("file")
    now = clock.now()
    try:
        check_defaults(proof, today=clock.local(now).date())
        content = file.read(LARGEST + 1) if file else b""
        with recorded("load_import", "import:new") as act:
            made, read = load_import(content, proof=proof, account_id=current_user.id, now=now)
            act.subject, import_id = f"import:{made.id}", made.id
            act.details |= {"rows": made.rows, "is_known": read is None}
            enqueue(Job.WORK_IMPORT, import_id)
    except BadInput as fault:
        form.show_fault(fault, at=_FIELDS.get(fault.field))
        return _shelf(form), 400
    if read is None:
        flash(_("Dit bestand is al geladen. Hier staat hoe het ermee is."), "info")
    elif read.left_out:
        flash(_("Deze kolommen lezen we niet: %(names)s.", names=", ".join(read.left_out)), "mind")
    return _to(import_id)


def page(import_id: int) -> str:
    """GET /redactie/import/<id>: how far it is, and what becomes of each row."""
    return _show(get_import(import_id), CarryOutForm(formdata=None))


def state(import_id: int) -> Response:
    """GET …/stand: the part of the page that moves, for the script."""
    facts = _facts(get_import(import_id))
    response = make_response(render_template("pages/desk/_import_state.html", **facts))
    response.headers["X-Moves"] = "yes" if facts["moves"] else "no"
    return response


def carry_out(import_id: int) -> Response | tuple[str, int]:
    """POST /redactie/import/<id>: once the number of rows was typed, a worker does the rest.

    Raises WrongState unless it was judged and not yet carried out.
    """
    form = CarryOutForm(request.form)
    try:
        with recorded("carry_out_import", f"import:{import_id}") as act:
            found = get_import(import_id, lock=True)
            taken = verdicts_of(import_id).get(Verdict.TAKEN, 0)
            if found.status is ImportStatus.JUDGED:
                _check_typed(form, taken)
            carry_out_import(found, account_id=current_user.id, now=clock.now())
            act.details["taken"] = taken
            enqueue(Job.WORK_IMPORT, import_id)
    except BadInput as fault:
        form.show_fault(fault)
        return _show(get_import(import_id), form), 400
    flash(_("Het inlezen is begonnen. Ververs deze pagina om te zien hoever het is."), "done")
    return _to(import_id)


def drop(import_id: int) -> Response:
    """POST …/weg: put the file aside, also while it is carried out. Raises WrongState after that.
    """
    with recorded("drop_import", f"import:{import_id}") as act:
        stays = drop_import(get_import(import_id, lock=True), now=clock.now())
        act.details["became"] = stays
    flash(_("Gestopt. Wie er al bij was, blijft lezer.") if stays
          else _("Weggelegd. Er is niets ingelezen, en de regels zijn weg."), "done")
    return _to(import_id)


def report(import_id: int) -> Stream:
    """GET …/verslag.csv: what becomes of each row, by its number in the file."""
    get_import(import_id)
    response = Stream(stream_with_context(_lines(import_id)), content_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{import_id}.csv"'
    return response


def _check_typed(form: CarryOutForm, taken: int) -> None:
    if not taken or (form.typed.data or "").strip().replace(".", "") != str(taken):
        raise BadInput("typed", "other_count")


def _shelf(form: LoadForm) -> str:
    return render_template(
        "pages/desk/imports.html", form=form,
        rows=[(one, STATES[one.status]) for one in newest_imports(SHELF)],
        columns=[str(words) for words in COLUMNS.values()],
    )


def _show(found: ReaderImport, form: CarryOutForm) -> str:
    asked = request.args.get("wat", "")
    verdict = Verdict(asked) if asked in set(Verdict) else None
    rows = rows_of(found.id, verdict=verdict, after=_after(), at_most=ON_A_PAGE + 1)
    facts = _facts(found) | {
        "rows": [(row, masked_of(row), verdict_words(row), detail_words(row))
                 for row in rows[:ON_A_PAGE]],
        "next_after": rows[ON_A_PAGE - 1].number if len(rows) > ON_A_PAGE else None,
    }
    return render_template("pages/desk/import.html", form=form, verdict=verdict, **facts)


def _facts(found: ReaderImport) -> dict[str, Any]:
    counts = verdicts_of(found.id)
    return {
        "found": found,
        "status": found.status.value,
        "state": STATES[found.status],
        "moves": found.status in (ImportStatus.JUDGING, ImportStatus.CARRYING_OUT),
        "counts": [(each.value, *VERDICTS[each], counts[each])
                   for each in Verdict if counts.get(each)],
        "judged": sum(counts.values()) - counts.get(None, 0),
        "taken": counts.get(Verdict.TAKEN, 0),
        # An import of long ago has lost its rows.
        "became": count_carried_out(found.id),
    }


def _after() -> int:
    typed = request.args.get("na", "0")
    return int(typed) if typed.isascii() and typed.isdigit() and (
        len(typed) <= LONGEST_NUMBER) else 0


def _lines(import_id: int) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _csv([[_("Regel"), _("Adres"), _("Wat ermee gebeurt"), _("Reden")]])
    after: int | None = 0
    while after is not None:
        rows = rows_of(import_id, verdict=None, after=after, at_most=AT_ONCE)
        yield _csv([[cell(row.number), cell(masked_of(row)), cell(str(verdict_words(row).words)),
                     cell(detail_words(row))] for row in rows])
        after = rows[-1].number if len(rows) == AT_ONCE else None
        # A slow download holds no connection of the pool, and no rows that it has passed on.
        db.session.rollback()


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _to(import_id: int) -> Response:
    return redirect(url_for("desk.import", import_id=import_id), 303)
