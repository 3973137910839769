"""Header lines: folding, encoding, and what people may not smuggle in."""

import email
import email.policy
from datetime import UTC, datetime

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


@pytest.mark.parametrize("name", ["inGovernment", 'Jan "de" Boer, red.', "Vereniging Één", "=?x?="])
def test_a_display_name_comes_back_as_it_was(name: str) -> None:
    line = headers.address_line("From", [(name, "a@b.example")])
    message = email.message_from_bytes(line + b"\r\n", policy=email.policy.default)
    (address,) = message["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "a@b.example")


def test_a_date_carries_its_zone_and_must_be_aware() -> None:
    moment = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert headers.date_line(moment) == b"Date: Sun, 01 Mar 2026 08:00:00 +0000\r\n"
    with pytest.raises(MailError):
        headers.date_line(moment.replace(tzinfo=None))
