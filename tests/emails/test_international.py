"""Readers outside ASCII: a domain goes as its A-label, a local part needs SMTPUTF8 (M09)."""

import pytest

from newsletter.deliveries.models import MailKind
from newsletter.errors import MailError
from newsletter.mailer.headers import needs_smtputf8, to_a_label
from tests.emails.material import TOKENS, edition, prepared, reader_lines, single
from tests.emails.strict import Reading, faults_of


def mail_to(address: str) -> bytes:
    """An edition to that reader."""
    made = prepared(edition(), "nl:mail", MailKind.EDITION)
    return made.join(headers=reader_lines(address), values=TOKENS)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("jan@münster.example", "jan@xn--mnster-3ya.example"),
        ("jan@gemeente-sùdwest.example", "jan@xn--gemeente-sdwest-vub.example"),
        ("jan@BÜCHER.example", "jan@xn--bcher-kva.example"),
        ("jan@xn--mnster-3ya.example", "jan@xn--mnster-3ya.example"),
        ("jan@政府.example", "jan@xn--mxtq1m.example"),
    ],
)
def test_an_idn_domain_needs_nothing_of_the_relay(address: str, written: str) -> None:
    assert not needs_smtputf8(address)
    raw = mail_to(address)
    assert faults_of(raw) == []
    assert Reading(raw).fields["to"] == written
    assert raw.isascii()


@pytest.mark.parametrize("address", ["jörg@gemeente.example", "用户@例子.example",
                                     "büro.post@münster.example"])
def test_a_local_part_outside_ascii_stands_raw_and_whole(address: str) -> None:
    assert needs_smtputf8(address)
    raw = mail_to(address)
    assert faults_of(raw) == ["8-bit in the head"]
    read = Reading(raw, may_be_utf8=True)
    assert read.faults == []
    local, _, domain = to_a_label(address).rpartition("@")
    assert read.fields["to"] == f"{local}@{domain}"  # never mangled, never encoded
    assert domain.isascii()
    # Nothing else of the mail needs more than ASCII, so nothing else may have it.
    head, _, body = raw.partition(b"\r\n\r\n")
    assert body.isascii()
    assert all(line.isascii() for line in head.split(b"\r\n") if not line.startswith(b"To: "))


def test_only_a_reader_can_make_a_head_raw() -> None:
    for kind in MailKind:
        if kind not in (MailKind.EDITION, MailKind.DIGEST):
            assert single(kind, "nl").isascii()


@pytest.mark.parametrize("domain", ["ü..example", f"{'ü' * 64}.example", "-ü.example"])
def test_a_domain_that_dns_cannot_spell_makes_no_mail(domain: str) -> None:
    with pytest.raises(MailError):
        mail_to(f"jan@{domain}")
