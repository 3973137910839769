"""The editions: all of them, one of them, and its mail as it was sent."""

from flask import Response, abort, render_template, request

from newsletter import clock
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import find_edition, list_published, year_of, year_plan
from newsletter.mailings.queries import (
    block_bodies,
    find_mailing_of_edition,
    find_variant,
    newest_manifest,
)
from newsletter.web.cards import card_of, year_strip
from newsletter.web.headers import MAIL_CONTENT_SECURITY
from newsletter.web.languages import current_language
from newsletter.web.magazine.archive import as_sent
from newsletter.web.magazine.markdown import to_html
from newsletter.web.pages import masthead
from newsletter.web.reader.compact import compact_form


def shelf() -> str:
    """GET /edities/: every edition that appeared, the newest first."""
    lang, wordmark = current_language(), masthead().wordmark
    cards = [card_of(edition, wordmark=wordmark, lang=lang) for edition in list_published()]
    return render_template("pages/magazine/editions.html", cards=cards)


def page(key: str) -> str:
    """GET /edities/<volume>-<number>: an edition that appeared; 404 for others."""
    edition = _appeared(key)
    lang = current_language()
    mailing = find_mailing_of_edition(edition.id)
    manifest = newest_manifest(edition.id)
    return render_template(
        "pages/magazine/edition.html",
        card=card_of(edition, wordmark=masthead().wordmark, lang=lang),
        editorial=to_html(edition.editorial_md),
        sent_at=mailing.sending_at if mailing and manifest else None,
        content_hash=manifest.hash if manifest else "",
        year=year_strip(
            year_plan(year_of(edition)), this=edition.key, lang=lang, now=clock.now()
        ),
        **compact_form(request.path),
    )


def mail(key: str) -> Response:
    """GET /edities/<key>/mail: the frozen mail in the page's language; 404 before it was sent."""
    manifest = newest_manifest(_appeared(key).id)
    variant = find_variant(manifest.id, f"{current_language()}:mail") if manifest else None
    if manifest is None or variant is None:
        abort(404)
    html = as_sent(variant, block_bodies(manifest.id, variant.html_blocks))
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY
    return response


def _appeared(key: str) -> Edition:
    edition = find_edition(key)
    if edition is None or edition.status != EditionStatus.PUBLISHED:
        abort(404)
    return edition
