"""DKIM: what it signs, how it looks, and that others verify it, whatever is in the mail."""

import base64
import email
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from newsletter.errors import MailError
from newsletter.mailer import headers
from newsletter.mailer.dkim import DkimKey, Signing, canonical_body, canonical_end, is_aligned
from tests.mailer import verifiers

AT = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DOMAIN = "magazine.example"
SHARED = (
    headers.address_line("From", [("In Goverment", f"news@{DOMAIN}")]),
    headers.address_line("Reply-To", [("", f"staff@{DOMAIN}")]),
    headers.text_line("Subject", "Één nummer over de Omgevingswet, en over alles wat erna kwam"),
    headers.token_line("MIME-Version", "1.0"),
    headers.token_line("Content-Type", "text/plain; charset=utf-8"),
    headers.token_line("List-Id", f"<digest.{DOMAIN}>"),
    headers.token_line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    headers.token_line("List-Help", f"<https://{DOMAIN}/help>"),
    headers.token_line("Feedback-ID", "digest:weekly:nl:magazine-exampl"),
)
OWN = (
    headers.address_line("To", [("", "reader@gemeente.example")]),
    headers.date_line(AT),
    headers.token_line("Message-ID", f"<abc.123@{DOMAIN}>"),
    headers.token_line("List-Unsubscribe", f"<https://{DOMAIN}/afmelden/{'x' * 64}>"),
)
MUST_COVER = {
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-id",
    "list-unsubscribe", "list-unsubscribe-post", "reply-to", "list-help", "feedback-id",
}
BODY = b"Dag  lezer, \t\r\n\r\n\tveel\t \tplezier. \r\n\r\n \r\n"


@cache
def keys() -> tuple[DkimKey, DkimKey]:
    return (
        DkimKey("r20261124", DOMAIN, rsa.generate_private_key(65_537, 2048)),
        DkimKey("e20261124", DOMAIN, Ed25519PrivateKey.generate()),
    )


def body_hash(body: bytes) -> bytes:
    return hashlib.sha256(canonical_end(canonical_body(body))).digest()


def signed(
    body: bytes = BODY,
    *,
    by: Sequence[DkimKey] | None = None,
    shared: Sequence[bytes] = SHARED,
    own: Sequence[bytes] = OWN,
    at: datetime = AT,
) -> bytes:
    """The whole mail with its signatures in front."""
    lines = Signing(keys() if by is None else by, shared).sign(own, body_hash(body), at=at)
    return b"".join((lines, *own, *shared, b"\r\n", body))


def verified(*mails: bytes, by: Iterable[DkimKey] = ()) -> list[set[str]]:
    return verifiers.by_dkimpy(mails, verifiers.records_of(by or keys()))


BOTH = {"r20261124", "e20261124"}


def tags(mail: bytes, place: int = 0) -> dict[str, str]:
    """The tags of one of the signatures, unfolded."""
    line = email.message_from_bytes(mail).get_all("DKIM-Signature", [])[place]
    pairs = (part.partition("=")[::2] for part in line.split(";"))
    return {name.strip(): re.sub(r"\s", "", value) for name, value in pairs}


def test_both_signatures_of_a_mail_are_verified() -> None:
    assert verified(signed()) == [BOTH]


@pytest.mark.needs("opendkim")
def test_what_receivers_run_verifies_both_as_well(tmp_path: Path) -> None:
    records = verifiers.records_of(keys())
    mails = [signed(), signed().replace(b"plezier", b"plezir")]
    assert verifiers.by_opendkim(mails, records, tmp_path) == [BOTH, set()]


@pytest.mark.needs("libmail-dkim-perl")
def test_what_spamassassin_runs_verifies_rsa_as_well(tmp_path: Path) -> None:
    records = verifiers.records_of(keys())
    mails = [signed(), signed().replace(b"plezier", b"plezir")]
    whole, changed = verifiers.by_mail_dkim(mails, records, tmp_path)
    assert "r20261124" in whole
    assert changed == set()


@pytest.mark.parametrize("place", [0, 1])
def test_everything_is_covered_and_nothing_can_be_added(place: int) -> None:
    said = tags(signed(), place)
    named = said["h"].lower().split(":")
    assert set(named) >= MUST_COVER
    assert {name for name in named if named.count(name) == 2} == {
        "from", "to", "subject", "date", "reply-to", "content-type"}
    assert said["c"] == "relaxed/relaxed"
    assert said["t"] == str(int(AT.timestamp()))
    assert (said["v"], said["d"]) == ("1", DOMAIN)
    assert (said["a"], said["s"]) == [
        ("rsa-sha256", "r20261124"), ("ed25519-sha256", "e20261124")][place]
    assert "l" not in said  # RFC 6376 §8.2: what is appended would count as signed


@pytest.mark.parametrize("line", [*SHARED, *OWN], ids=lambda line: line.split(b":")[0].decode())
def test_a_line_that_is_changed_breaks_both_signatures(line: bytes) -> None:
    name, _, value = line.partition(b":")
    mail = signed().replace(line, name + b": x" + value)
    assert verified(mail) == [set()]


@pytest.mark.parametrize("line", [
    b"From: Somebody <else@magazine.example>\r\n", b"Subject: Pay now\r\n",
    b"To: other@gemeente.example\r\n", b"Reply-To: thief@magazine.example\r\n",
    b"Content-Type: text/html\r\n", b"Date: Tue, 24 Nov 2026 09:00:00 +0000\r\n",
], ids=lambda line: line.split(b":")[0].decode())
def test_a_second_line_of_what_a_reader_sees_breaks_both_signatures(line: bytes) -> None:
    head, gap, body = signed().partition(b"\r\n\r\n")
    above = b"".join((line, head, gap, body))
    below = b"".join((head, b"\r\n", line[:-2], gap, body))
    assert verified(above, below) == [set(), set()]


def test_what_a_relay_may_do_on_the_way_breaks_nothing() -> None:
    mail = signed()
    received = b"Received: from a by b; Tue, 24 Nov 2026 07:00:01 +0000\r\nReturn-Path: <b@c>\r\n"
    refolded = mail.replace(b"List-Id: ", b"LIST-ID:\r\n\t").replace(b"lezer,", b"lezer,\t\t")
    assert verified(received + mail, refolded, mail + b"\r\n\r\n") == [BOTH, BOTH, BOTH]


def test_the_same_mail_has_the_same_signature_on_every_attempt() -> None:
    assert signed() == signed()
    elsewhere = AT.astimezone(timezone(timedelta(hours=5))) + timedelta(milliseconds=700)
    assert signed(at=elsewhere) == signed()
    assert signed(at=AT + timedelta(seconds=1)) != signed()


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(MailError):
        signed(at=AT.replace(tzinfo=None))


def test_no_line_of_a_signature_is_longer_than_78() -> None:
    far = f"{'a' * 60}.{'b' * 60}.example"
    long = [DkimKey(key.selector * 4, far, key.private) for key in keys()]
    for mail in (signed(), signed(by=long)):
        head = mail[: mail.index(b"\r\nTo:")]
        allowed = [line for line in head.split(b"\r\n") if not line.startswith(b" d=aaa")]
        assert max(map(len, allowed)) <= 78
    assert verified(signed(by=long), by=long) == [{name * 4 for name in BOTH}]


def test_mails_of_one_variant_are_signed_like_mails_alone() -> None:
    signing = Signing(keys(), SHARED)
    for reader in ("a@x.example", "b@y.example", "josé@münster.example"):
        own = (headers.address_line("To", [("", reader)]), *OWN[1:])
        lines = signing.sign(own, body_hash(BODY), at=AT)
        assert lines == Signing(keys(), SHARED).sign(own, body_hash(BODY), at=AT)
        assert verified(b"".join((lines, *own, *SHARED, b"\r\n", BODY))) == [BOTH]


def test_lines_that_relays_change_are_not_signed() -> None:
    extra = (b"Received: from nowhere\r\n", b"Comments: none\r\n", b"Return-Path: <x@y>\r\n")
    assert tags(signed(own=(*OWN, *extra)))["h"] == tags(signed())["h"]


@pytest.mark.parametrize("own", [(*OWN, b"Subject: again\r\n"), (*OWN, b"to: a@b.example\r\n")])
def test_two_lines_of_one_name_are_refused(own: tuple[bytes, ...]) -> None:
    with pytest.raises(MailError, match="one name"):
        signed(own=own)


def test_a_mail_from_nobody_is_refused() -> None:
    with pytest.raises(MailError, match="From"):
        signed(shared=SHARED[1:])
    with pytest.raises(MailError, match="colon"):
        signed(own=(b"no header\r\n",))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(MailError, match="2048"):
        DkimKey("s", DOMAIN, rsa.generate_private_key(65_537, 1024))


def test_a_key_never_shows_its_private_half() -> None:
    assert "private" not in repr(keys()[0]).lower()


def test_without_keys_there_is_no_signature() -> None:
    assert Signing((), SHARED).sign(OWN, body_hash(BODY), at=AT) == b""


@pytest.mark.parametrize(("domain", "sender", "expected"), [
    ("magazine.example", "magazine.example", True),
    ("magazine.example", "news.magazine.example", True),
    ("news.magazine.example", "magazine.example", False),
    ("azine.example", "magazine.example", False),
    ("example", "magazine.example", False),
    ("other.example", "magazine.example", False),
])
def test_a_signature_speaks_for_its_domain_and_those_below(
    domain: str, sender: str, expected: bool
) -> None:
    assert is_aligned(domain, sender) is expected


def test_the_body_of_the_standard_is_made_canonical_as_it_says() -> None:
    assert canonical_end(canonical_body(b" C \r\nD \t E\r\n\r\n\r\n")) == b" C\r\nD E\r\n"
    assert canonical_end(canonical_body(b"\r\n \r\n\t\r\n")) == b""
    assert canonical_end(canonical_body(b"no end \t")) == b"no end\r\n"


def test_the_example_of_rfc_8463_is_signed_as_it_says() -> None:
    """Appendix A: its key, mail and signature; the private half is that of RFC 8032 §7.1."""
    private = Ed25519PrivateKey.from_private_bytes(
        base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="))
    key = DkimKey("brisbane", "football.example.com", private)
    assert key.record.endswith("p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    body = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
    bh = base64.b64encode(body_hash(body)).decode()
    assert bh == "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    head = (
        "from:Joe SixPack <joe@football.example.com>\r\n"
        "to:Suzie Q <suzie@shopping.example.net>\r\n"
        "subject:Is dinner ready?\r\n"
        "date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
        "message-id:<20030712040037.46341.5F8J@football.example.com>\r\n"
        "dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; "
        "i=@football.example.com; q=dns/txt; s=brisbane; t=1528637909; h=from : to : subject : "
        f"date : message-id : from : subject : date; bh={bh}; b="
    )
    assert base64.b64encode(key.sign(hashlib.sha256(head.encode()).digest())).decode() == (
        "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==")


def test_an_ed25519_signature_is_the_same_whichever_library_makes_it() -> None:
    """RFC 8032 leaves nothing to chance; an attempt may begin with one and end with the other."""
    for number in range(20):
        private = Ed25519PrivateKey.generate()
        digest = hashlib.sha256(bytes([number])).digest()
        assert DkimKey("e1", DOMAIN, private).sign(digest) == private.sign(digest)


def test_who_does_not_sign_with_ed25519_does_not_pay_for_its_library() -> None:
    """Most of a megabyte of each worker's child."""
    code = (
        "import sys\n"
        "from cryptography.hazmat.primitives.asymmetric import ed25519, rsa\n"
        "from newsletter.sending import run\n"
        "from newsletter.mailer.dkim import DkimKey\n"
        "long = DkimKey('s1', 'x.example', rsa.generate_private_key(65537, 2048))\n"
        "short = DkimKey('s2', 'x.example', ed25519.Ed25519PrivateKey.generate())\n"
        "long.sign(bytes(32))\n"
        "print('nacl' in sys.modules)\n"
        "short.sign(bytes(32))\n"
        "print('nacl' in sys.modules)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "True"]
