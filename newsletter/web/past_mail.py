"""A mail of long ago as it left, for a page around it: its text, or its HTML for a frame."""

import re
from collections.abc import Callable, Sequence

from flask import Response, abort
from markupsafe import Markup

from newsletter.core import settings
from newsletter.emails import show
from newsletter.emails.urls import Urls
from newsletter.mailings.models import Variant
from newsletter.mailings.queries import block_bodies
from newsletter.web.headers import MAIL_CONTENT_SECURITY
from newsletter.web.plain_text import with_links

_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


def text_of(variant: Variant) -> Markup | None:
    """The whole of a mail that was all text, with its links; None of one in HTML.

    Personal links lead to where a reader asks for one.
    """
    if variant.html_blocks:
        return None
    return with_links(_written(variant, show.as_text, variant.text_blocks))


def html_answer(variant: Variant) -> Response:
    """The HTML of a mail for a frame of ours, with a policy of its own and no personal links.

    404 of a mail that was all text.
    """
    if not variant.html_blocks:
        abort(404)
    shown = _leaving_the_frame(_written(variant, show.as_html, variant.html_blocks))
    response = Response(shown, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY
    return response


def _leaving_the_frame(page: str) -> str:
    """The page, whose links open in place of the page around it: no page of ours may be framed."""
    return _HEAD.sub(lambda head: head[0] + '<base target="_top">', page, count=1)


def _written(variant: Variant, write: Callable[..., str], positions: Sequence[int]) -> str:
    return write(
        block_bodies(variant.manifest_id, positions),
        values={"subject": variant.subject, "preheader": variant.preheader, "why": variant.why},
        urls=Urls(settings().public_url).in_language(variant.language),
    )
