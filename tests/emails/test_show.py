"""Showing a frozen variant: the same words, no personal link."""

import quopri
from collections.abc import Sequence

import pytest

from newsletter.deliveries.models import MailKind
from newsletter.emails import show
from newsletter.emails.kinds import KINDS
from tests.emails.material import (
    TOKENS,
    URLS,
    bulk,
    edition,
    html_of,
    text_of,
    variant_of,
    written,
)

MANIFEST = edition()
VARIANT = variant_of(MANIFEST, "nl:mail")
VALUES = {"subject": VARIANT.subject, "preheader": VARIANT.preheader, "why": VARIANT.why}


def without_links(part: str) -> str:
    found = part.replace("\r\n", "\n")
    for address in (URLS.manage(TOKENS["manage_token"]), URLS.leave(TOKENS["leave_token"])):
        found = found.replace(address, URLS.manage_request)
    return found


def test_what_is_shown_is_what_was_sent_but_for_the_personal_links() -> None:
    sent = bulk(MANIFEST, "nl:mail", MailKind.EDITION)
    html = [MANIFEST.blocks[index].body for index in VARIANT.html]
    text = [MANIFEST.blocks[index].body for index in VARIANT.text]
    assert show.as_html(html, values=VALUES, urls=URLS) == without_links(html_of(sent))
    assert show.as_text(text, values=VALUES, urls=URLS) == without_links(text_of(sent))


def test_nothing_personal_is_left() -> None:
    html = [MANIFEST.blocks[index].body for index in VARIANT.html]
    shown = show.as_html(html, values=VALUES, urls=URLS)
    assert "/voorkeuren/" not in shown
    assert "/afmelden/" not in shown
    assert "\x1f" not in shown


SINGLE = [kind for kind in MailKind if KINDS[kind].list_label is None]


@pytest.mark.parametrize("kind", [kind for kind in SINGLE if KINDS[kind].tokens])
def test_a_single_mail_that_is_shown_leads_its_reader_to_ask_a_link_of_her_own(
    kind: MailKind,
) -> None:
    mail = written(kind, "nl")
    assert mail.html is not None
    html = show.as_html(mail.html, values={}, urls=URLS)
    text = show.as_text(mail.text, values={}, urls=URLS)
    for shown in (html, text):
        assert URLS.manage_request in shown
        assert "\x1f" not in shown
        for own in ("/voorkeuren/", "/afmelden/", "/bevestigen/", "/mijn-gegevens/", "/adres/"):
            assert own not in shown


@pytest.mark.parametrize("kind", [kind for kind in SINGLE if not KINDS[kind].tokens])
def test_a_single_mail_without_a_personal_link_is_shown_as_it_was_written(kind: MailKind) -> None:
    mail = written(kind, "nl")
    assert mail.html is not None
    html = show.as_html(mail.html, values={}, urls=URLS)
    text = show.as_text(mail.text, values={}, urls=URLS)
    assert (html, text) == (_words(mail.html), _words(mail.text))
    assert "\x1f" not in html + text


def _words(blocks: Sequence[bytes]) -> str:
    return quopri.decodestring(b"".join(blocks)).decode().replace("\r\n", "\n")
