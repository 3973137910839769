"""What a reader was sent and why, and each mail to read again (P05)."""

from flask import Response, abort, render_template

from newsletter.mailings.history import find_variant_of, mails_of
from newsletter.mailings.models import Variant
from newsletter.subscribers.models import Subscription
from newsletter.web.past_mail import html_answer, text_of
from newsletter.web.reader.personal.opened import context_of, opened
from newsletter.web.reader.personal.said import shown_mail
from newsletter.web.turning import page_asked

ON_A_PAGE = 50


def page(token: str) -> str:
    """GET /mijn-gegevens/<token>/mails: every mail, fifty to a page, the newest first."""
    subscription = opened(token)
    owed = mails_of(subscription.subscriber_id)
    pages = max(1, -(-len(owed) // ON_A_PAGE))
    number = page_asked(pages)
    first = (number - 1) * ON_A_PAGE
    return render_template(
        "pages/reader/personal/mails.html",
        mails=[shown_mail(mail) for mail in owed[first : first + ON_A_PAGE]],
        number_of_mails=len(owed),
        first=first + 1,
        number=number,
        pages=pages,
        **context_of(subscription, token),
    )


def one(token: str, delivery: str) -> str:
    """GET /mijn-gegevens/<token>/mail/<delivery>: one mail, with a way back to the others.

    Its text stands on the page; its HTML in a frame with a policy of its own. 404 for another
    reader's, and for a single mail, of which nothing is frozen.
    """
    subscription, variant = _found(token, delivery)
    return render_template(
        "pages/reader/personal/mail.html",
        delivery=delivery,
        subject=variant.subject,
        mail_language=variant.language,
        text=text_of(variant),
        **context_of(subscription, token),
    )


def html(token: str, delivery: str) -> Response:
    """GET /mijn-gegevens/<token>/mail/<delivery>/html: the content as frozen, for that frame.

    Without personal links. 404 also for a mail that was all text.
    """
    _subscription, variant = _found(token, delivery)
    return html_answer(variant)


def _found(token: str, delivery: str) -> tuple[Subscription, Variant]:
    subscription = opened(token)
    variant = find_variant_of(delivery, subscription.subscriber_id)
    if variant is None:
        abort(404)
    return subscription, variant
