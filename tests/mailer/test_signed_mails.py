"""Every mail of ours, as the post room makes it, has signatures that others verify (D01, D02)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.config import load
from newsletter.deliveries.models import MailKind
from newsletter.dkim_keys import sender_domain
from newsletter.emails import headers
from newsletter.emails.kinds import KINDS
from newsletter.mailer import message
from newsletter.mailer.dkim import DkimKey, is_aligned
from newsletter.mailer.message import Prepared
from newsletter.sending.envelope import return_path
from newsletter.tokens import Signer
from tests.emails import material
from tests.ground.test_config import GIVEN
from tests.mailer import verifiers
from tests.mailer.test_dkim import BOTH, MUST_COVER, keys, tags
from tests.packages import has

AT = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
BULK = (MailKind.EDITION, MailKind.DIGEST)
SINGLE = [kind for kind in MailKind if kind not in BULK]


def house_keys() -> list[DkimKey]:
    domain = material.SENDER.mail_from.rpartition("@")[2]
    return [DkimKey(key.selector, domain, key.private) for key in keys()]


def bulk(kind: MailKind, language: str, format: str) -> Prepared:
    if kind is MailKind.EDITION:
        return material.prepared(material.edition(), f"{language}:{format}", kind)
    chosen = material.long_selection("it", language=language, format=format)
    return material.prepared(material.digests(chosen), "it", kind)


def signed(
    kind: MailKind,
    language: str = "nl",
    format: str = "mail",
    *,
    by: Sequence[DkimKey],
    reader: str = "a@b.example",
) -> bytes:
    lines = material.reader_lines(reader)
    if kind in BULK:
        return bulk(kind, language, format).join(
            headers=lines, values=material.TOKENS, keys=by, at=AT)
    mail = material.written(kind, language, format)
    shared = headers.shared(kind, language=language, identity=material.IDENTITY,
                            urls=material.URLS, sender=material.SENDER)
    return message.write_single(
        subject=mail.subject, shared_headers=shared, reader_headers=lines, html=mail.html,
        text=mail.text, values={name: material.TOKENS[name] for name in KINDS[kind].tokens},
        keys=by, at=AT,
    )


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("format", ["mail", "text"])
def test_mails_of_every_kind_are_verified(language: str, format: str, tmp_path: Path) -> None:
    by = house_keys()
    records = verifiers.records_of(by)
    mails = [signed(kind, language, format, by=by) for kind in (*BULK, *SINGLE)]
    assert verifiers.by_dkimpy(mails, records) == [BOTH] * len(mails)
    if has("opendkim"):
        assert verifiers.by_opendkim(mails, records, tmp_path) == [BOTH] * len(mails)
    if has("libmail-dkim-perl"):
        found = verifiers.by_mail_dkim(mails, records, tmp_path)
        assert [each & {"r20261124"} for each in found] == [{"r20261124"}] * len(mails)


@pytest.mark.parametrize("kind", BULK)
def test_a_bulk_mail_covers_what_one_click_needs(kind: MailKind) -> None:
    """RFC 8058 §4: both lines must be signed, or no provider shows its button."""
    for place in (0, 1):
        named = set(tags(signed(kind, by=house_keys()), place)["h"].lower().split(":"))
        assert named >= MUST_COVER


@pytest.mark.parametrize("kind", [*BULK, *SINGLE])
def test_no_line_of_a_mail_is_left_unsigned(kind: MailKind) -> None:
    mail = signed(kind, by=house_keys())
    head = mail.partition(b"\r\n\r\n")[0].decode()
    present = {name.lower() for name in re.findall(r"^([A-Za-z-]+):", head, flags=re.MULTILINE)}
    for place in (0, 1):
        assert present - {"dkim-signature"} <= set(tags(mail, place)["h"].lower().split(":"))


def test_a_mail_without_its_signatures_is_the_one_that_is_not_signed() -> None:
    unsigned = material.mail_of(MailKind.DIGEST, "nl")
    mail = signed(MailKind.DIGEST, by=house_keys(), reader="u1@gemeente.example")
    assert mail.endswith(unsigned)
    added = mail[: -len(unsigned)]
    assert re.fullmatch(rb"(DKIM-Signature: [^\r]+\r\n([ \t][^\r]+\r\n)+){2}", added)


def test_readers_of_one_variant_have_signatures_of_their_own() -> None:
    by = house_keys()
    prepared = bulk(MailKind.DIGEST, "nl", "mail")
    mails = []
    for number in range(5):
        tokens = {name: f"{value[:-1]}{number}" for name, value in material.TOKENS.items()}
        mails.append(prepared.join(headers=material.reader_lines(f"r{number}@b.example"),
                                   values=tokens, keys=by, at=AT))
    assert verifiers.by_dkimpy(mails, verifiers.records_of(by)) == [BOTH] * 5
    first, second = mails[:2]
    swapped = first.replace(b"LEAVE-abcdefghijklmnopqrstuvwxyz0123456789-_AB0",
                            b"LEAVE-abcdefghijklmnopqrstuvwxyz0123456789-_AB1")
    assert swapped != first
    assert verifiers.by_dkimpy([swapped], verifiers.records_of(by)) == [set()]
    assert tags(first)["bh"] != tags(second)["bh"]


def test_a_rotation_between_two_attempts_changes_no_byte() -> None:
    old, new = house_keys()
    prepared = bulk(MailKind.DIGEST, "nl", "mail")

    def attempt(key: DkimKey) -> bytes:
        return prepared.join(headers=material.reader_lines(), values=material.TOKENS, keys=[key],
                             at=AT)

    first = attempt(old)
    assert attempt(new) != first
    assert attempt(old) == first


def test_from_and_signature_and_return_path_are_of_one_domain() -> None:
    """What DMARC asks for: `d=` is the domain in From, SPF's domain is one below it (D02)."""
    settings = load(GIVEN)
    domain = sender_domain(settings)
    assert material.SENDER.mail_from.endswith(f"@{domain}")
    mail = signed(MailKind.DIGEST, by=house_keys())
    assert {tags(mail, place)["d"] for place in (0, 1)} == {domain}
    path = return_path(7, AT, signer=Signer(settings.secret_key),
                       bounce_domain=settings.bounce_domain)
    assert is_aligned(domain, path.rpartition("@")[2])
