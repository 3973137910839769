"""Whatever people type, in whatever place of whatever kind of mail, the head stays ours (M14)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.deliveries.models import MailKind
from newsletter.emails import address_changed, confirm_address, confirm_signup, headers, welcome
from newsletter.emails.identity import Identity
from newsletter.emails.kinds import KINDS
from newsletter.emails.single import Choices
from newsletter.emails.written import Written
from newsletter.mailer import message
from newsletter.mailings.contents import CompiledManifest, Section, ThemeSection
from tests.emails.material import (
    EDITION,
    IDENTITY,
    LEADERSHIP,
    SENDER,
    TOKENS,
    URLS,
    digests,
    edition,
    reader_lines,
    selection,
    variant_of,
)
from tests.emails.strict import Reading

TYPED = st.text(max_size=150) | st.sampled_from(
    [
        "a\r\nBcc: all@a.example\r\n\r\n<html>",
        "a\nTo: b@a.example",
        "a\rb",
        "\0\x01\x1b[31m\x7f\x85",
        "\u202eevil\u2066\u2069\u200b",
        "a\u2028Bcc: b@a.example\u2029",
        "=?utf-8?q?=0D=0ABcc=3A_x=40a.example?=",
        "=?utf-8?b?DQpCY2M6IHg=?= =?",
        "👩‍💻🇳🇱" * 40,
        "x" * 3_000,
        "é" * 1_000,
        "word " * 500,
        " ",
        "",
        "\x1fleave_token\x1f\x1earticle:1\x1e",
        '", <x@a.example>, "',
        ".\r\n.\r\nMAIL FROM:<x@a.example>\r\n",
        "--=_0123456789abcdef",
        "\ud800",
        "From me",
    ]
)
SENT_AT = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)
tried = settings(max_examples=60, deadline=None,
                 suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def judge(raw: bytes, *, subject: str | None = None) -> None:
    """A mail whose head is what we wrote, and nothing that was typed has become a field."""
    read = Reading(raw)
    assert read.faults == []
    ours = {"date", "to", "message-id", "from", "reply-to", "content-language", "subject",
            "mime-version", "content-type", "auto-submitted", "list-id", "list-unsubscribe",
            "list-unsubscribe-post", "list-help", "list-owner", "feedback-id"}
    assert set(read.fields) <= ours
    assert read.fields["to"] == "u1@gemeente.example"
    assert [part.content_type for part in read.parts] == ["text/plain", "text/html"]
    if subject is not None:
        assert read.said("subject") == subject


def shared(kind: MailKind, identity: Identity, key: str | None = None) -> tuple[bytes, ...]:
    """The lines that all mails of a kind share."""
    return headers.shared(kind, language="nl", identity=identity, urls=URLS, sender=SENDER,
                          mailing_key=key)


def bulk(manifest: CompiledManifest, key: str, kind: MailKind, identity: Identity) -> bytes:
    """The whole mail of a variant, by a magazine of that name."""
    variant = variant_of(manifest, key)
    return message.prepare(
        subject=variant.subject, headers=shared(kind, identity, f"{kind}:14-2"),
        html=[manifest.blocks[index].body for index in variant.html],
        text=[manifest.blocks[index].body for index in variant.text],
        values={"subject": variant.subject, "preheader": variant.preheader, "why": variant.why},
    ).join(headers=reader_lines(), values=TOKENS)


def one(kind: MailKind, written: Written, identity: Identity) -> bytes:
    """The whole single mail, by a magazine of that name."""
    return message.write_single(
        subject=written.subject, shared_headers=shared(kind, identity),
        reader_headers=reader_lines(), html=written.html, text=written.text,
        values={name: TOKENS[name] for name in KINDS[kind].tokens},
    )


@tried
@given(subject=TYPED, theme=TYPED, name=TYPED, title=TYPED)
def test_no_edition_and_no_digest_is_broken(
    subject: str, theme: str, name: str, title: str
) -> None:
    identity = replace(IDENTITY, name=name)
    item = replace(LEADERSHIP, title=title, authors=(name, title), theme_names_nl=(theme,))
    content = replace(EDITION, subject=subject, preheader=theme, title=title,
                      sections=(Section(theme, (item,)),))
    manifest = edition(content)
    judge(bulk(manifest, "nl:mail", MailKind.EDITION, identity),
          subject=variant_of(manifest, "nl:mail").subject)
    chosen = replace(selection("it"), line=title,
                     sections=(ThemeSection(1, "thema", theme, theme, (item,)),))
    manifest = digests(chosen)
    judge(bulk(manifest, "it", MailKind.DIGEST, identity),
          subject=variant_of(manifest, "it").subject)


@tried
@given(theme=TYPED, name=TYPED, title=TYPED, masked=TYPED)
def test_no_notice_is_broken(theme: str, name: str, title: str, masked: str) -> None:
    identity = replace(IDENTITY, name=name, publisher=title)
    choices = Choices(editions=True, cadence="weekly", theme_names=(theme, title))
    latest = welcome.LatestEdition("14-2", 14, 2, 8, title, date(2020, 3, 3))
    made: Mapping[MailKind, Written] = {
        MailKind.WELCOME: welcome.write(
            welcome.Welcome("nl", "mail", choices, latest), identity=identity, urls=URLS),
        MailKind.CONFIRM_SIGNUP: confirm_signup.write(
            confirm_signup.ConfirmSignup("nl", "mail", choices), identity=identity, urls=URLS),
        MailKind.CONFIRM_ADDRESS: confirm_address.write(
            confirm_address.ConfirmAddress("nl", "mail", masked), identity=identity, urls=URLS),
        MailKind.ADDRESS_CHANGED: address_changed.write(
            address_changed.AddressChanged("nl", "mail", masked, SENT_AT),
            identity=identity, urls=URLS),
    }
    for kind, written in made.items():
        judge(one(kind, written, identity))
