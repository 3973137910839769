"""TLSA records that fit a certificate, and those that mail can use."""

import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from newsletter.dns import tlsa
from tests.mailer.authority import authority

CERTIFICATE = authority().certificate
DER = CERTIFICATE.public_bytes(Encoding.DER)
KEY = CERTIFICATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(("selector", "matching", "associated"), [
    (0, 0, DER), (1, 0, KEY), (0, 1, hashlib.sha256(DER).digest()),
    (1, 1, hashlib.sha256(KEY).digest()), (1, 2, hashlib.sha512(KEY).digest()),
], ids=["whole", "key", "whole by SHA-256", "key by SHA-256", "key by SHA-512"])
def test_each_way_to_name_a_certificate_fits_it(
    selector: int, matching: int, associated: bytes
) -> None:
    def fits(data: bytes, *, usage: int = 3) -> bool:
        return tlsa.fits(CERTIFICATE, usage=usage, selector=selector, matching=matching,
                         associated=data)

    assert fits(associated)
    assert not fits(associated[:-1] + bytes([associated[-1] ^ 1]))
    assert not fits(associated, usage=2)


def test_what_is_printed_is_the_digest_of_the_public_key() -> None:
    assert tlsa.record(CERTIFICATE) == f"3 1 1 {hashlib.sha256(KEY).hexdigest()}"


@pytest.mark.parametrize(("usage", "selector", "matching", "usable"), [
    (3, 1, 1, True), (2, 0, 2, True), (3, 0, 0, True), (0, 1, 1, False), (1, 1, 1, False),
    (3, 2, 1, False), (3, 1, 3, False),
])
def test_mail_uses_only_what_its_rfc_allows(
    usage: int, selector: int, matching: int, usable: bool
) -> None:
    assert tlsa.is_for_smtp(usage=usage, selector=selector, matching=matching) is usable
