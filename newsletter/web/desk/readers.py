"""Readers at the desk: find one by her whole address; no list of addresses exists.

An address is only ever posted, so that none stands in a URL, a history or a log.
"""

from flask import render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.deliveries.suppress import find_suppression
from newsletter.errors import BadInput
from newsletter.subscribers.find_reader import find_reader
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.reader_forms import FindForm
from newsletter.web.desk.reader_words import suppression_words


def page() -> str:
    """GET /redactie/lezers: one field."""
    return _show(FindForm(formdata=None))


def find() -> Response | str | tuple[str, int]:
    """POST /redactie/lezers: to the dossier of who has this address, or what is known of it.

    Each search is recorded: by whom, and which dossier it found, without the address.
    """
    form = FindForm(request.form)
    try:
        address = addresses.check(form.address.data or "")
    except BadInput as fault:
        form.show_fault(fault)
        return _show(form), 400
    suppression = find_suppression(signer().address_hashes(address))
    with recorded("find_reader", "subscriber:none") as act:
        subscriber_id = find_reader(address, signer=signer())
        if subscriber_id is not None:
            act.subject = f"subscriber:{subscriber_id}"
    if subscriber_id is not None:
        return redirect(url_for("desk.reader", subscriber_id=subscriber_id), 303)
    return render_template(
        "pages/desk/readers.html",
        form=form,
        is_unknown=True,
        suppression=suppression,
        why=suppression_words(suppression.reason) if suppression else "",
        now=clock.now(),
    )


def _show(form: FindForm) -> str:
    return render_template("pages/desk/readers.html", form=form, is_unknown=False,
                           suppression=None, why="", now=clock.now())
