"""The list of mails, one mail in its forms, its HTML part by itself and its source."""

import re
from enum import StrEnum
from pathlib import Path

from flask import Blueprint, Response, render_template, request

from newsletter.core import settings
from newsletter.local.mailbox import (
    PAGE_SIZE,
    Mail,
    links_of,
    list_mails,
    mail_source,
    read_mail,
)
from newsletter.web.plain_text import with_links

inbox = Blueprint("inbox", __name__, url_prefix="/inbox")

# The mail may style itself and open its links in a new tab; nothing else may happen in it. A
# script cannot run: neither the policy nor the sandbox allows one.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
SOURCE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


class Form(StrEnum):
    """In which form a mail is shown; the values stand in addresses."""

    HTML = "html"
    TEXT = "tekst"
    HEADERS = "koppen"


@inbox.get("/")
def mails() -> str:
    """The newest mails, those for one recipient when asked."""
    to = request.args.get("to", "").strip()[:320]
    shown = list_mails(_folder(), to=to, before=request.args.get("before"), limit=PAGE_SIZE + 1)
    return render_template(
        "pages/inbox/mails.html",
        to=to,
        mails=shown[:PAGE_SIZE],
        older=shown[PAGE_SIZE - 1].mail_id if len(shown) > PAGE_SIZE else None,
        later_than=request.args.get("before"),
    )


@inbox.get("/<mail_id>")
def mail(mail_id: str) -> str:
    """One mail: HTML in a frame, text, or all headers."""
    found = read_mail(_folder(), mail_id)
    forms = [form for form in Form if _has(found, form)]
    asked = request.args.get("vorm")
    return render_template(
        "pages/inbox/mail.html",
        mail=found,
        forms=forms,
        form=next((form for form in forms if form == asked), forms[0]),
        text=with_links(found.text or ""),
        links=links_of(found),
    )


@inbox.get("/<mail_id>/html")
def html(mail_id: str) -> Response:
    """The HTML part alone, locked in by its own policy."""
    found = read_mail(_folder(), mail_id)
    response = Response(opening_in_new_tabs(found.html or ""), mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@inbox.get("/<mail_id>/bron")
def source(mail_id: str) -> Response:
    """The mail as it came in, as plain text."""
    response = Response(mail_source(_folder(), mail_id).decode("utf-8", "replace"),
                        mimetype="text/plain")
    response.headers["Content-Security-Policy"] = SOURCE_POLICY
    return response


def opening_in_new_tabs(page: str) -> str:
    """The page with its links sent to new tabs, since a locked frame is no place to go on in."""
    base = '<base target="_blank">'
    opened, times = _HEAD.subn(lambda head: head[0] + base, page, count=1)
    return opened if times else base + page


def _has(found: Mail, form: Form) -> bool:
    shown = {Form.HTML: found.html, Form.TEXT: found.text, Form.HEADERS: found.headers}
    return bool(shown[form]) or form == Form.HEADERS


def _folder() -> Path:
    return settings().state.absolute() / "inbox"
