"""A mail of a reader's dossier as it left: on a page that leads back, its HTML in a frame."""

from flask import Response, abort, render_template

from newsletter.mailings.history import find_variant_of
from newsletter.mailings.models import Variant
from newsletter.subscribers.find_reader import get_reader
from newsletter.web.past_mail import html_answer, text_of


def page(subscriber_id: int, mail_id: str) -> str:
    """GET /redactie/lezers/<id>/mail/<mail>: a mail as frozen, without personal links.

    404 for another reader's, and for a single mail, of which nothing is frozen.
    """
    variant = _found(subscriber_id, mail_id)
    return render_template(
        "pages/desk/reader_mail.html",
        subscriber_id=subscriber_id,
        mail_id=mail_id,
        subject=variant.subject,
        mail_language=variant.language,
        text=text_of(variant),
    )


def html(subscriber_id: int, mail_id: str) -> Response:
    """GET /redactie/lezers/<id>/mail/<mail>/html: the same for the frame on that page.

    404 also for a mail that was all text.
    """
    return html_answer(_found(subscriber_id, mail_id))


def _found(subscriber_id: int, mail_id: str) -> Variant:
    variant = find_variant_of(mail_id, get_reader(subscriber_id).subscriber_id)
    if variant is None:
        abort(404)
    return variant
