"""Header lines: folding, encoding, and what people may not smuggle in."""

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import MailError, UnsafeHeader
from newsletter.mailer import headers
from newsletter.mailer.plain import one_line


def read(line: bytes, name: str) -> str:
    return str(email.message_from_bytes(line + b"\r\n", policy=email.policy.default)[name])


@given(st.text(max_size=500).map(one_line))
def test_any_subject_comes_back_as_it_was(subject: str) -> None:
    line = headers.text_line("Subject", subject)
    assert line.isascii()
    assert all(len(part) <= 76 for part in line.split(b"\r\n"))
    assert read(line, "Subject") == subject


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "a\x1fb", "\x85"])
def test_control_characters_never_reach_a_header(bad: str) -> None:
    with pytest.raises(UnsafeHeader):
        headers.text_line("Subject", bad)
    with pytest.raises(UnsafeHeader):
        headers.token_line("List-Id", bad)
    with pytest.raises(UnsafeHeader):
        headers.address_line("From", [(bad, "a@b.example")])
    with pytest.raises(UnsafeHeader):
        headers.address_line("From", [("", f"{bad}@b.example")])


def test_a_long_ascii_subject_is_folded_at_its_spaces() -> None:
    line = headers.text_line("Subject", "woord " * 30 + "einde")
    assert all(len(part) <= 76 for part in line.split(b"\r\n"))
    assert b"=?" not in line


def test_a_long_address_stays_whole() -> None:
    url = f"<https://www.ingovernment.example/afmelden/{'a' * 60}>"
    assert headers.token_line("List-Unsubscribe", url) == f"List-Unsubscribe: {url}\r\n".encode()


def test_a_domain_goes_as_its_a_label() -> None:
    assert headers.address_line("To", [("", "jan@gemeente-sùdwest.example")]) == (
        b"To: jan@xn--gemeente-sdwest-vub.example\r\n"
    )


def test_a_local_part_outside_ascii_stays_and_asks_for_smtputf8() -> None:
    assert headers.needs_smtputf8("jörg@gemeente.example")
    assert not headers.needs_smtputf8("jorg@gemeente-sùdwest.example")
    assert headers.address_line("To", [("", "jörg@a.example")]) == "To: jörg@a.example\r\n".encode()


@pytest.mark.parametrize(
    "address",
    ["", "a", "@a.example", "a@", "a> SIZE=1@a.example", "a b@a.example", "a@b@c.example",
     "a@b.example>", "<a@b.example>", "a,c@b.example", '"a@b.example', "a@b .example",
     f"{'a' * 300}@b.example"],
)
def test_what_is_no_address_is_written_nowhere(address: str) -> None:
    with pytest.raises(MailError):
        headers.address_line("To", [("", address)])


@pytest.mark.parametrize(
    "address",
    ['"jan> de \\"Boer\\""@a.example', "o'brien+x=y@a.example", "a..b.@a.example",
     "jörg@ü.example"],
)
def test_what_can_be_written_to_stands_as_it_is(address: str) -> None:
    (line,) = headers.address_line("To", [("", address)]).decode().splitlines()
    assert line == f"To: {headers.to_a_label(address)}"


@pytest.mark.parametrize(
    "name",
    ["inGovernment", 'Jan "de" Boer, red.', "Vereniging Één", "=?x?=", "x" * 1_000, '"' * 60,
     "Één " * 40 + "magazine", "een naam van gewone woorden " * 9 + "en meer"],
)
def test_a_display_name_comes_back_as_it_was_on_short_lines(name: str) -> None:
    line = headers.address_line("From", [(name, "a@b.example")])
    assert all(len(part) <= 76 for part in line.split(b"\r\n"))
    assert not line.startswith(b"From:\r\n")
    # Not `email.policy.default`: it leaves the space between two encoded words (RFC 2047 §6.2).
    phrase, address = parseaddr(email.message_from_bytes(line + b"\r\n")["From"])
    assert (str(make_header(decode_header(phrase))), address) == (name, "a@b.example")


def test_a_date_carries_its_zone_and_must_be_aware() -> None:
    moment = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert headers.date_line(moment) == b"Date: Sun, 01 Mar 2026 08:00:00 +0000\r\n"
    with pytest.raises(MailError):
        headers.date_line(moment.replace(tzinfo=None))
