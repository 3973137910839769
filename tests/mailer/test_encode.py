"""Quoted-printable with places: lines, dots, and blocks that join."""

import quopri

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailer import places
from newsletter.mailer.encode import encode, encode_value
from newsletter.mailer.plain import clean
from newsletter.mailer.stretches import Stretch, filled_in

ANY_TEXT = st.text(max_size=400).map(clean)
TOKEN = "A" * places.LONGEST_TOKEN


def filled_with(name: str, value: bytes, body: bytes) -> bytes:
    """The body with that place filled."""
    return b"".join(each.sent for each in filled_in([body], {name: Stretch(value)}, {}))


def with_break(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"


@given(ANY_TEXT)
def test_decoding_gives_back_the_text_with_crlf(text: str) -> None:
    decoded = quopri.decodestring(encode(text)).decode()
    assert decoded == with_break(text).replace("\n", "\r\n")


@given(st.lists(ANY_TEXT, max_size=5))
def test_joined_blocks_are_the_encoding_of_the_joined_text(texts: list[str]) -> None:
    blocks = [with_break(text) for text in texts]
    assert b"".join(encode(block) for block in blocks) == encode("".join(blocks))


@given(st.text(max_size=2000).map(clean))
def test_lines_are_short_and_never_begin_with_a_dot(text: str) -> None:
    for line in encode(text).split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_filled_place_decodes_to_its_value(before: str, value: str, after: str) -> None:
    body = encode(before + places.place("why") + after)
    filled = filled_with("why", encode_value(value), body)
    ending = after if after.endswith("\n") else after + "\n"
    expected = (before + value + ending).replace("\n", "\r\n")
    assert quopri.decodestring(filled).decode() == expected
    assert all(len(line) <= 76 for line in filled.split(b"\r\n"))


@given(st.text(alphabet="ab .é", max_size=200), st.text(alphabet="ab .é", max_size=200))
def test_a_token_is_never_broken_over_two_lines(before: str, after: str) -> None:
    body = encode(f"{before}{places.place('leave_token')}{after}")
    filled = filled_with("leave_token", TOKEN.encode(), body)
    assert filled.split(b"\r\n").count(TOKEN.encode() + b"=") == 1


def test_a_place_stands_alone_on_its_line() -> None:
    body = encode(f'<a href="https://x.example/{places.place("leave_token")}">stop</a>\n')
    assert body == (b'<a href=3D"https://x.example/=\r\n\x1fleave_token\x1f=\r\n">stop</a>\r\n')


def test_white_space_at_the_end_of_a_line_is_encoded() -> None:
    assert encode("a \nb\t\n") == b"a=20\r\nb=09\r\n"
