"""What mailbox providers and list programs read in the head of a bulk mail, and in a notice's."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.deliveries.models import MailKind
from newsletter.emails import headers, manage_link
from newsletter.emails.headers import Sender
from newsletter.emails.kinds import KINDS
from newsletter.emails.words import LANGUAGES
from tests.emails.material import IDENTITY, SENDER, TOKENS, URLS, html_of, mail_of, text_of
from tests.emails.strict import Reading

BULK = [kind for kind in MailKind if KINDS[kind].list_label is not None]
NOTICES = [kind for kind in MailKind if kind not in BULK]
LIST_ID = re.compile(r"<[a-z0-9-]+(\.[a-z0-9-]+)+>")  # RFC 2919 §2


def fields(
    kind: MailKind, *, language: str = "nl", key: str | None = None, sender: Sender = SENDER
) -> dict[str, str]:
    """The shared fields of a kind, by name in lower case."""
    lines = b"".join(headers.shared(kind, language=language, identity=IDENTITY, urls=URLS,
                                    sender=sender, mailing_key=key))
    return Reading(lines + b"\r\n").fields


@pytest.mark.parametrize("kind", BULK)
def test_the_list_of_a_kind_is_one_whatever_the_mailing_and_the_language(kind: MailKind) -> None:
    names = {
        fields(kind, language=language, key=key)["list-id"]
        for language in LANGUAGES
        for key in ("edition:14-2", "edition:14-3", "weekly@2026-11-24", None)
    }
    assert len(names) == 1
    assert LIST_ID.fullmatch(names.pop())


def test_each_bulk_kind_is_a_list_of_its_own() -> None:
    assert BULK == [MailKind.DIGEST, MailKind.EDITION]
    assert len({fields(kind)["list-id"] for kind in BULK}) == len(BULK)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", BULK)
def test_one_way_out_by_one_click_in_every_bulk_mail(kind: MailKind, language: str) -> None:
    for shape in ("mail", "text"):
        found = Reading(mail_of(kind, language, shape)).fields
        # RFC 8058 §3.1: one https address; no mailto as long as nobody reads that mailbox.
        assert re.fullmatch(r"<https://[^<>, ]+>", found["list-unsubscribe"])
        assert found["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(r"<https://[^<>, ]+>", found["list-help"])
        assert re.fullmatch(r"<mailto:[^<>, ]+>", found["list-owner"])
        assert "auto-submitted" not in found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NOTICES)
def test_a_notice_is_on_no_list_and_says_that_it_is_automatic(
    kind: MailKind, language: str
) -> None:
    for shape in ("mail", "text"):
        found = Reading(mail_of(kind, language, shape)).fields
        assert found["auto-submitted"] == "auto-generated"  # RFC 3834 §5
        assert not [name for name in found if name.startswith("list-") or name == "feedback-id"]


TO_A_READER = [MailKind.ALREADY_SUBSCRIBED, MailKind.WELCOME, MailKind.MANAGE_LINK]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*BULK, *TO_A_READER])
def test_every_mail_to_a_reader_has_a_link_to_stop_that_needs_no_cookie(
    kind: MailKind, language: str
) -> None:
    leave = URLS.leave(TOKENS["leave_token"])
    mail = mail_of(kind, language)
    stop = LexborHTMLParser(html_of(mail)).css("p.soft")[-1]
    assert [link.attributes["href"] for link in stop.css("a")] == [leave]
    for text in (text_of(mail), text_of(mail_of(kind, language, "text"))):
        assert text.split().count(leave) == 1


def test_who_is_no_reader_any_more_is_offered_no_way_to_stop() -> None:
    for language in LANGUAGES:
        asked = manage_link.ManageLink(language, "mail", is_reader=False)
        written = manage_link.write(asked, identity=IDENTITY, urls=URLS)
        assert written.html is not None
        assert b"leave_token" not in b"".join((*written.html, *written.text))


@pytest.mark.parametrize(
    "mail_from",
    ["n@a.nl", "nieuws@ingovernment.example", "n@a-very-long-name-of-a-ministry.example",
     "nieuws@gemeente-sùdwest.example"],
)
@pytest.mark.parametrize("kind", BULK)
def test_complaints_are_counted_by_four_fields_the_sender_last(
    kind: MailKind, mail_from: str
) -> None:
    sender = Sender(mail_from, SENDER.reply_to)
    for key in ("edition:14-2", "weekly@2026-11-24", "a: b\t:c"):
        value = fields(kind, key=key, sender=sender)["feedback-id"]
        campaign, list_label, language, who = value.split(":")
        assert campaign
        assert list_label == KINDS[kind].list_label
        assert language == "nl"
        assert re.fullmatch(r"[a-z0-9-]{5,15}", who)
        assert "@" not in value


def test_an_idn_sender_has_a_list_that_dns_could_know() -> None:
    sender = Sender("nieuws@gemeente-sùdwest.example", "redactie@gemeente-sùdwest.example")
    found = fields(MailKind.EDITION, sender=sender)
    assert found["list-id"] == "<edities.xn--gemeente-sdwest-vub.example>"
    assert found["list-owner"] == "<mailto:redactie@xn--gemeente-sdwest-vub.example>"
    assert all(value.isascii() for value in found.values())
