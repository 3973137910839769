"""An edition as one reader would get it: found by her address or number, which is only posted."""

from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.errors import BadInput, NotFound
from newsletter.sending.preview_reader import ForReader, WhyNot, preview_reader
from newsletter.subscribers.find_reader import LARGEST_NUMBER, find_reader
from newsletter.transaction import transaction
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.composer import show
from newsletter.web.desk.drafts import keep_typed
from newsletter.web.desk.forms import TextsForm, WhoForm
from newsletter.web.desk.found import wanted_edition

Answer = str | Response | tuple[str, int]
WHY_NOT = {
    WhyNot.PENDING: _l("Deze lezer heeft nog niet bevestigd en krijgt de editie niet."),
    WhyNot.ENDED: _l("Deze lezer is gestopt en krijgt de editie niet."),
    WhyNot.NO_EDITIONS: _l("Deze lezer koos geen edities en krijgt deze dus niet."),
    WhyNot.PAUSED: _l("Deze lezer heeft pauze en krijgt de editie nu niet."),
    WhyNot.SUPPRESSED: _l("Het adres van deze lezer staat op de stoplijst."),
}


def look(key: str) -> Answer:
    """POST /redactie/edities/<key>/als-lezer: the page again, with what is typed and her variant.

    Each look is recorded: by whom, and at which reader, without the address.
    """
    edition = wanted_edition(key)
    texts, form = TextsForm(), WhoForm()
    try:
        with transaction():
            keep_typed(edition, texts)
    except BadInput as fault:
        texts.show_fault(fault)
        return show(wanted_edition(key), texts=texts), 400
    try:
        with recorded("preview_as_reader", f"edition:{edition.key}") as act:
            found = _find(form.who.data or "")
            act.details["subscriber"] = found.subscriber_id
    except BadInput as fault:
        form.show_fault(fault)
        return show(wanted_edition(key), texts=texts, who=form), 400
    return show(wanted_edition(key), texts=texts, who=WhoForm(formdata=None), reader=found,
                reader_sentence=str(WHY_NOT[found.why_not]) if found.why_not else "")


def _find(typed: str) -> ForReader:
    """Raises BadInput at `who` when there is no such reader."""
    text = typed.strip()
    number: int | None = None
    if text.isascii() and text.isdigit() and len(text) < 19:
        number = min(int(text), LARGEST_NUMBER)
    else:
        try:
            number = find_reader(addresses.check(text), signer=signer())
        except BadInput as fault:
            raise BadInput("who", fault.reason) from fault
    try:
        return preview_reader(number or 0, signer=signer(), now=clock.now())
    except NotFound as error:
        raise BadInput("who", "nobody") from error
