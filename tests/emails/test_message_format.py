"""Every kind of mail against the rules for messages (M01–M03, M05, M06, M10–M12, P03, P04)."""

import email
import email.policy
import re

import pytest

from newsletter.deliveries.models import MailKind
from newsletter.emails.kinds import KINDS
from newsletter.emails.size import LARGEST_HTML
from newsletter.emails.words import LANGUAGES
from tests.emails.material import TOKENS, html_of, mail_of, parsed, text_of
from tests.emails.strict import Reading

MAILS = [
    pytest.param(kind, language, mail_of(kind, language), id=f"{kind}-{language}")
    for kind in MailKind
    for language in LANGUAGES
]
every_mail = pytest.mark.parametrize(("kind", "language", "raw"), MAILS)
every_form = pytest.mark.parametrize(
    ("language", "raw"),
    [
        pytest.param(language, mail_of(kind, language, shape), id=f"{kind}-{language}-{shape}")
        for kind in MailKind
        for language in LANGUAGES
        for shape in ("mail", "text")
    ],
)


@every_form
def test_a_strict_reader_finds_no_fault(language: str, raw: bytes) -> None:
    read = Reading(raw)
    assert read.faults == []
    assert read.fields["content-language"] == language
    assert read.fields["reply-to"]
    # What our own transport counts on: no dot to double, and no place left open.
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))
    assert b"\x1f" not in raw


@every_form
def test_a_parser_finds_no_defect_and_gives_the_bytes_back(language: str, raw: bytes) -> None:
    policy = email.policy.SMTP.clone(refold_source="none")
    mail = email.message_from_bytes(raw, policy=policy)
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert [field.defects for field in mail.values() if field.defects] == []
    assert mail.as_bytes() == raw
    # Whoever passes it on may fold the head anew; the body has to come through as it is.
    refolded = email.message_from_bytes(raw, policy=email.policy.SMTP).as_bytes()
    assert refolded.partition(b"\r\n\r\n")[2] == raw.partition(b"\r\n\r\n")[2]
    read = [part.text for part in Reading(raw).parts]
    assert read == [part.get_content() for part in mail.walk() if not part.is_multipart()]


@every_mail
def test_bulk_mail_has_list_headers_and_a_notice_says_it_is_automatic(
    kind: MailKind, language: str, raw: bytes
) -> None:
    mail = parsed(raw)
    label = KINDS[kind].list_label
    if label is None:
        assert mail["Auto-Submitted"] == "auto-generated"
        assert not [name for name in mail if name.startswith("List-")]
        return
    assert mail["Auto-Submitted"] is None
    assert mail["List-Id"] == f"<{label}.ingovernment.example>"
    leave = f"https://www.ingovernment.example/afmelden/{TOKENS['leave_token']}"
    assert mail.get_all("List-Unsubscribe") == [f"<{leave}>"]
    assert mail.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert mail["List-Help"] == "<https://www.ingovernment.example/mijn-link>"
    assert mail["List-Owner"] == "<mailto:redactie@ingovernment.example>"
    assert re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+:[\w-]{5,15}", mail["Feedback-ID"])
    assert leave in html_of(raw)
    assert leave in text_of(raw)


@every_mail
def test_both_parts_have_the_same_addresses(kind: MailKind, language: str, raw: bytes) -> None:
    in_html = set(re.findall(r'href="([^"]+)"', html_of(raw)))
    in_text = set(re.findall(r"https?://[^\s)]+", text_of(raw)))
    assert in_html == in_text


@every_mail
def test_every_address_is_ours_and_only_images_of_articles_are_fetched(
    kind: MailKind, language: str, raw: bytes
) -> None:
    html = html_of(raw)
    assert all(
        url.startswith("https://www.ingovernment.example/")
        for url in re.findall(r'href="([^"]+)"', html)
    )
    # The address of an image is its content's hash: it says nothing of who fetches it.
    images = re.findall(r'<img [^>]*\bsrc="([^"]+)"', html)
    assert all(
        re.fullmatch(r"https://www\.ingovernment\.example/beelden/[0-9a-f]{64}\.(jpg|png)", each)
        for each in images
    )
    assert len(images) == len(re.findall(r"\ssrc(set)?=|\sbackground=", html))
    assert not re.search(r"<link|<script|url\(|@import", html)


@every_mail
def test_the_footer_answers_the_three_questions(kind: MailKind, language: str, raw: bytes) -> None:
    questions = {
        "nl": ("Wie schrijft je?", "Waarom krijg je dit?", "Wil je stoppen?"),
        "en": ("Who is writing to you?", "Why do you get this?", "Want to stop?"),
    }[language]
    for part in (html_of(raw), text_of(raw)):
        for words in (
            *questions,
            "Vereniging Directeuren Publieksdiensten",
            "2213-2228",
            "Postbus 2758, 3500 GT Utrecht",
        ):
            assert words in " ".join(part.split()), words


@every_mail
def test_the_html_stays_below_what_gmail_clips(kind: MailKind, language: str, raw: bytes) -> None:
    assert len(html_of(raw).encode()) <= LARGEST_HTML


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_a_reader_who_chose_plain_text_gets_the_same_text_alone(
    kind: MailKind, language: str
) -> None:
    raw = mail_of(kind, language, "text")
    assert parsed(raw).get_content_type() == "text/plain"
    assert text_of(raw) == text_of(mail_of(kind, language))


@pytest.mark.parametrize("kind", MailKind)
def test_only_the_tokens_differ_between_two_readers(kind: MailKind) -> None:
    raw = mail_of(kind, "nl").decode()
    shown = {name: raw.count(value) for name, value in TOKENS.items()}
    assert {name for name, count in shown.items() if count} == set(KINDS[kind].tokens)
