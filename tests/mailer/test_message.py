"""Messages: joined bytes that any parser reads without complaint."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from newsletter import clock
from newsletter.errors import MailError, UnsafeHeader
from newsletter.mailer import headers, message, places
from newsletter.mailer.dkim import DkimKey
from newsletter.mailer.encode import encode

TOKEN = "abc-DEF_123"
LEAVE = f"<https://x.example/{places.place('leave_token')}>"
SHARED = (headers.token_line("List-Unsubscribe", LEAVE),)
TO = (headers.address_line("To", [("", "a@b.example")]),)
HTML = [encode(f"<p>{places.place('why')} {places.place('leave_token')}</p>\n")]
TEXT = [encode(f"{places.place('why')}\n"), encode(f"{places.place('leave_token')}\n")]


def prepared(*, html: list[bytes] | None = HTML, why: str = "Omdat") -> message.Prepared:
    return message.prepare(subject="Één", headers=SHARED, html=html, text=TEXT, values={"why": why})


def read(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert [part.defects for part in found.walk() if part.defects] == []
    return found


def test_the_text_comes_first_and_the_html_second() -> None:
    mail = read(prepared().join(headers=TO, values={"leave_token": TOKEN}))
    assert mail.get_content_type() == "multipart/alternative"
    types = [part.get_content_type() for part in mail.iter_parts()]
    assert types == ["text/plain", "text/html"]


def test_a_reader_who_chose_plain_text_gets_one_part() -> None:
    mail = read(prepared(html=None).join(headers=TO, values={"leave_token": TOKEN}))
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == f"Omdat\r\n{TOKEN}\r\n"


def test_values_are_escaped_for_html_and_plain_for_text() -> None:
    mail = read(prepared(why="Data & <wet>").join(headers=TO, values={"leave_token": TOKEN}))
    text, html = [part.get_content() for part in mail.iter_parts()]
    assert text == f"Data & <wet>\r\n{TOKEN}\r\n"
    assert html == f"<p>Data &amp; &lt;wet&gt; {TOKEN}</p>\r\n"


def test_a_long_reason_is_wrapped_in_the_text() -> None:
    mail = read(prepared(why="woord " * 60).join(headers=TO, values={"leave_token": TOKEN}))
    text = next(mail.iter_parts()).get_content()
    assert max(len(line) for line in text.splitlines()) <= 72


def test_the_token_also_fills_the_header() -> None:
    mail = read(prepared().join(headers=TO, values={"leave_token": TOKEN}))
    assert mail["List-Unsubscribe"] == f"<https://x.example/{TOKEN}>"


def test_line_ends_are_crlf_only_and_the_same_input_gives_the_same_bytes() -> None:
    raw = prepared().join(headers=TO, values={"leave_token": TOKEN})
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert raw == prepared().join(headers=TO, values={"leave_token": TOKEN})


@pytest.mark.parametrize("is_signed", [True, False])
def test_the_octets_that_are_declared_are_those_that_are_sent(is_signed: bool) -> None:
    ready, tokens = prepared(), {"leave_token": places.token(TOKEN)}
    own = ready.own_lines(
        (*TO, headers.address_line("From", [("", "c@x.example")])), tokens=tokens, at=clock.now(),
        keys=(DkimKey("s1", "x.example", Ed25519PrivateKey.generate()),) if is_signed else (),
    )
    pieces, octets = ready.pieces(own, tokens=tokens)
    assert octets == len(b"".join(pieces))


@pytest.mark.parametrize("values", [{}, {"manage_token": TOKEN}, {"leave_token": "a\r\n.\r\n"}])
def test_a_missing_or_bad_token_makes_no_mail(values: dict[str, str]) -> None:
    with pytest.raises(MailError):
        prepared().join(headers=TO, values=values)


def test_a_variant_that_was_let_go_makes_the_same_mail() -> None:
    ready = prepared()
    key = DkimKey("s1", "x.example", Ed25519PrivateKey.generate())
    lines = (*TO, headers.address_line("From", [("", "c@x.example")]))
    given: dict[str, Any] = {"headers": lines, "values": {"leave_token": TOKEN}, "keys": (key,),
                             "at": clock.now()}
    first = ready.join(**given)
    ready.let_go_of_sent()
    ready.let_go_of_signed()
    assert ready.join(**given) == first


def test_places_side_by_side_and_at_both_ends_are_filled() -> None:
    leave = places.place("leave_token").encode()
    ready = message.prepare(
        subject="x", headers=(), html=None, text=[leave + leave, b"-", leave], values={})
    raw = ready.join(headers=TO, values={"leave_token": TOKEN})
    assert raw.endswith(f"\r\n\r\n{TOKEN}{TOKEN}-{TOKEN}".encode())


def test_a_subject_with_a_line_break_makes_no_mail() -> None:
    with pytest.raises(UnsafeHeader):
        message.prepare(subject="a\r\nBcc: x@y.example", headers=(), html=None, text=[], values={})


def test_the_boundary_cannot_occur_in_a_body() -> None:
    hostile = [encode("--=_0123\n=_\n--\n")]
    mail = read(
        message.prepare(subject="x", headers=(), html=hostile, text=hostile, values={}).join(
            headers=TO, values={}
        )
    )
    assert [part.get_content() for part in mail.iter_parts()] == ["--=_0123\r\n=_\r\n--\r\n"] * 2
