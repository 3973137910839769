"""The editions: all of them, one of them, and its mail as it was sent, in each of its texts."""

from collections.abc import Sequence

from flask import Response, abort, make_response, render_template, request

from newsletter import clock
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import find_edition, list_published, year_of, year_plan
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.correction_queries import corrections_of
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import (
    block_bodies,
    find_mailing_of_edition,
    find_page,
    find_variant,
    hashes_of,
    newest_manifest,
)
from newsletter.web.cards import EditionCard, addresses_of, cards_of, frozen_card, year_strip
from newsletter.web.headers import MAIL_CONTENT_SECURITY
from newsletter.web.languages import current_language
from newsletter.web.magazine.archive import as_sent
from newsletter.web.magazine.markdown import to_html
from newsletter.web.pages import masthead
from newsletter.web.reader.compact import compact_form


def shelf() -> str:
    """GET /edities/: every edition that appeared, the newest first."""
    cards = cards_of(list_published(), lang=current_language())
    return render_template("pages/magazine/editions.html", cards=cards)


def page(key: str) -> str:
    """GET /edities/<volume>-<number>: an edition as it was sent; 404 for what did not appear.

    Of one that was sent before pages were frozen, or not by us, its articles as they are now.
    """
    edition = _appeared(key)
    lang = current_language()
    mailing = find_mailing_of_edition(edition.id)
    manifest = newest_manifest(edition.id)
    corrections = corrections_of(mailing.id) if mailing else ()
    (card,) = cards_of([edition], lang=lang)
    return render_template(
        "pages/magazine/edition.html",
        card=card,
        editorial=to_html(card.editorial_md),
        sent_at=mailing.sending_at if mailing and manifest else None,
        content_hash=manifest.hash if manifest else "",
        corrections=corrections,
        hashes=hashes_of([each.old_manifest_id or 0 for each in corrections]),
        year=year_strip(
            year_plan(year_of(edition)), this=edition.key, lang=lang, now=clock.now()
        ),
        **compact_form(request.path),
    )


def mail(key: str) -> Response:
    """GET /edities/<key>/mail: the frozen mail in the page's language; 404 before it was sent."""
    manifest = newest_manifest(_appeared(key).id)
    return _frozen(manifest.id if manifest else 0)


def version(key: str, number: int) -> Response:
    """GET /edities/<key>/versies/<n>: an earlier text, for who had it; no search engine keeps it.

    Version 1 is the first text; the last one is the edition itself, and no page of its own.
    """
    edition, mailing, corrections = _versions(key)
    correction = _ended_by(corrections, number)
    card = _card_of_version(edition, correction)
    response = make_response(render_template(
        "pages/magazine/edition_version.html", edition=edition, number=number,
        correction=correction, sent_at=mailing.sending_at, card=card,
        editorial=to_html(card.editorial_md) if card else "",
        content_hash=hashes_of([correction.old_manifest_id or 0])[correction.old_manifest_id or 0],
    ))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def version_mail(key: str, number: int) -> Response:
    """GET /edities/<key>/versies/<n>/mail: the frozen mail of an earlier text."""
    _edition, _mailing, corrections = _versions(key)
    response = _frozen(_ended_by(corrections, number).old_manifest_id or 0)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _versions(key: str) -> tuple[Edition, Mailing, Sequence[Correction]]:
    edition = _appeared(key)
    mailing = find_mailing_of_edition(edition.id)
    if mailing is None:
        abort(404)
    return edition, mailing, corrections_of(mailing.id)


def _ended_by(corrections: Sequence[Correction], number: int) -> Correction:
    """The correction that took the place of this version; 404 for what is no earlier one."""
    if not 1 <= number <= len(corrections):
        abort(404)
    return corrections[number - 1]


def _card_of_version(edition: Edition, ended_by: Correction) -> EditionCard | None:
    """The edition as it stood until this correction; None when its page was not frozen."""
    page = find_page(ended_by.old_manifest_id or 0)
    if page is None:
        return None
    return frozen_card(edition, page, addresses_of([page]), wordmark=masthead().wordmark,
                       lang=current_language())


def _frozen(manifest_id: int) -> Response:
    """The mail of a frozen content in the page's language, or 404."""
    variant = find_variant(manifest_id, f"{current_language()}:mail")
    if variant is None:
        abort(404)
    html = as_sent(variant, block_bodies(manifest_id, variant.html_blocks))
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY
    return response


def _appeared(key: str) -> Edition:
    edition = find_edition(key)
    if edition is None or edition.status != EditionStatus.PUBLISHED:
        abort(404)
    return edition
