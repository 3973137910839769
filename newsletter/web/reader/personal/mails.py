"""What a reader was sent and why, and each mail to read again (P05)."""

import re
from collections.abc import Callable, Sequence

from flask import Response, abort, render_template

from newsletter.core import settings
from newsletter.emails import show
from newsletter.emails.urls import Urls
from newsletter.mailings.history import find_variant_of, mails_of
from newsletter.mailings.models import Variant
from newsletter.mailings.queries import block_bodies
from newsletter.subscribers.models import Subscription
from newsletter.web.headers import MAIL_CONTENT_SECURITY
from newsletter.web.plain_text import with_links
from newsletter.web.reader.personal.opened import context_of, opened
from newsletter.web.reader.personal.said import shown_mail
from newsletter.web.turning import page_asked

ON_A_PAGE = 50
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


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
    is_text = not variant.html_blocks
    return render_template(
        "pages/reader/personal/mail.html",
        delivery=delivery,
        subject=variant.subject,
        mail_language=variant.language,
        text=with_links(_written(variant, show.as_text, variant.text_blocks)) if is_text else None,
        **context_of(subscription, token),
    )


def html(token: str, delivery: str) -> Response:
    """GET /mijn-gegevens/<token>/mail/<delivery>/html: the content as frozen, for that frame.

    Without personal links. 404 also for a mail that was all text.
    """
    _subscription, variant = _found(token, delivery)
    if not variant.html_blocks:
        abort(404)
    shown = _written(variant, show.as_html, variant.html_blocks)
    response = Response(leaving_the_frame(shown), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY
    return response


def leaving_the_frame(page: str) -> str:
    """The page, whose links open in place of the page around it: no page of ours may be framed."""
    return _HEAD.sub(lambda head: head[0] + '<base target="_top">', page, count=1)


def _found(token: str, delivery: str) -> tuple[Subscription, Variant]:
    subscription = opened(token)
    variant = find_variant_of(delivery, subscription.subscriber_id)
    if variant is None:
        abort(404)
    return subscription, variant


def _written(variant: Variant, write: Callable[..., str], positions: Sequence[int]) -> str:
    """The content as frozen; personal links lead to where a reader asks for one."""
    return write(
        block_bodies(variant.manifest_id, positions),
        values={"subject": variant.subject, "preheader": variant.preheader, "why": variant.why},
        urls=Urls(settings().public_url).in_language(variant.language),
    )
