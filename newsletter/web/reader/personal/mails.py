"""What a reader was sent and why, and each mail to read again (P05)."""

from flask import Response, abort, render_template

from newsletter.core import settings
from newsletter.emails import show
from newsletter.emails.urls import Urls
from newsletter.mailings.history import find_variant_of, mails_of
from newsletter.mailings.queries import block_bodies
from newsletter.web.headers import MAIL_CONTENT_SECURITY
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


def one(token: str, delivery: str) -> Response:
    """GET /mijn-gegevens/<token>/mail/<delivery>: the content as frozen, without personal links.

    404 for another reader's, and for a single mail, of which nothing is frozen.
    """
    subscription = opened(token)
    variant = find_variant_of(delivery, subscription.subscriber_id)
    if variant is None:
        abort(404)
    values = {"subject": variant.subject, "preheader": variant.preheader, "why": variant.why}
    urls = Urls(settings().public_url).in_language(variant.language)
    is_text = not variant.html_blocks
    write, positions = (
        (show.as_text, variant.text_blocks) if is_text else (show.as_html, variant.html_blocks)
    )
    response = Response(
        write(block_bodies(variant.manifest_id, positions), values=values, urls=urls),
        content_type=f"text/{'plain' if is_text else 'html'}; charset=utf-8",
    )
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY
    return response
