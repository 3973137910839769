"""Header lines: folded, encoded, and safe against what people type (RFC 5322, 2047, 6532)."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

import idna

from newsletter.errors import MailError, UnsafeHeader
from newsletter.mailer import places

FOLD_AT = 76  # RFC 2047 §2 for lines with encoded words; RFC 5322 §2.1.1 allows 78
_LONGEST_WORD = 75  # RFC 2047 §2, of one encoded word
_CRLF = b"\r\n"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
# What can stand between angle brackets of a header or a command, and ends there only (RFC 5321
# §4.1.2, RFC 6531 §3.3): wider than a good address, as that was judged when it was typed.
_ADDRESS = re.compile(
    r'(?:[^\s"(),:;<>@\[\\\]]{1,255}|"(?:[^"\\]|\\[ -~])*")@[^\s"(),:;<>@\[\\\]]{1,255}'
)
# Nearly all of them: nothing in it is to be looked at again.
_COMMON_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
# What may stand for itself in an encoded word, in a phrase too (RFC 2047 §5, rule 3).
_PLAIN_IN_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


@lru_cache(maxsize=512)
def text_line(name: str, value: str) -> bytes:
    """A line of free text, such as Subject; encoded words where it is not plain ASCII.

    Raises UnsafeHeader on CR, LF or any other control character (M14).
    """
    _check(name, value)
    if value.isascii() and "=?" not in value and value == " ".join(value.split()):
        words = value.split(" ")
        if all(len(word) < FOLD_AT for word in words):
            return _folded(name, words)
    return _folded(name, _encoded_words(value, first=FOLD_AT - len(name) - 2))


def token_line(name: str, value: str) -> bytes:
    """A line of structured ASCII, such as List-Id: folded at its spaces, never encoded.

    May hold places. Raises UnsafeHeader on control characters and on what is not ASCII.
    """
    if len(name) + len(value) <= FOLD_AT - 2 and value.isascii() and value.isprintable():
        _check_name(name)
        return f"{name}: {value}\r\n".encode()
    _check(name, places.PATTERN.sub("", value) if places.SIGN in value else value)
    if not value.isascii():
        raise UnsafeHeader(f"{name} takes ASCII only")
    return _folded(name, value.split(" "))


def address_line(name: str, mailboxes: Iterable[tuple[str, str]]) -> bytes:
    """A line of mailboxes, each a display name (or "") and an address.

    A domain goes as its A-label (RFC 5890); a local part outside ASCII stays as it is and makes
    the message one for SMTPUTF8 (RFC 6532). Raises UnsafeHeader on control characters, MailError
    on what is no address.
    """
    words: list[str] = []
    for display, address in mailboxes:
        _check(name, display + address)
        if not _ADDRESS.fullmatch(address):
            raise MailError("no address that can be written to")
        if words:
            words[-1] += ","
        plain = to_a_label(address)
        phrase = _phrase(display, first=FOLD_AT - len(name) - 2) if display else ()
        words += [*phrase, f"<{plain}>"] if display else [plain]
    return _folded(name, words)


def mailbox_line(name: str, address: str) -> bytes:
    """A line of one mailbox without a display name; the rest as `address_line`."""
    if len(name) + len(address) <= FOLD_AT - 2 and _COMMON_ADDRESS.fullmatch(address):
        _check_name(name)
        return f"{name}: {address}\r\n".encode()
    return address_line(name, [("", address)])


@lru_cache(maxsize=256)  # all mails of a claim carry one moment
def date_line(moment: datetime) -> bytes:
    """The Date line of an aware moment, in UTC with its zone (RFC 5322 §3.3)."""
    if moment.tzinfo is None:
        raise MailError("a Date needs an aware moment")
    return _folded("Date", [format_datetime(moment.astimezone(UTC).replace(microsecond=0))])


def to_a_label(address: str) -> str:
    """The address with its domain as DNS spells it (`münster.example` → `xn--mnster-3ya.example`).

    Raises MailError when the domain has no such spelling.
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return local + at + idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise MailError("the domain has no A-label") from error


def needs_smtputf8(address: str) -> bool:
    """Whether only a relay with SMTPUTF8 can take this address (RFC 6531): its local part."""
    return not address.rpartition("@")[0].isascii()


def _check(name: str, value: str) -> None:
    _check_name(name)
    if _CONTROL.search(value):
        raise UnsafeHeader(f"control character in {name}")


@lru_cache(maxsize=64)
def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UnsafeHeader("a header needs a name of letters, digits and hyphens")


def _folded(name: str, words: Sequence[str]) -> bytes:
    """Name and words on lines of at most 76 where a space allows it; longer words stay whole."""
    whole = " ".join((f"{name}:", *words))
    if len(whole) <= FOLD_AT and places.SIGN not in whole:
        return whole.encode() + _CRLF
    lines: list[str] = []
    line = f"{name}:"
    for word in words:
        room = 1 + len(places.PATTERN.sub("x" * places.LONGEST_TOKEN, word))
        # A fold right after the name helps only a word that then fits; some parsers dislike it.
        is_useful = room <= FOLD_AT or bool(lines) or " " in line
        if len(line) + room > FOLD_AT and line and is_useful:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]).encode() + _CRLF


def _phrase(display: str, *, first: int) -> list[str]:
    """A display name's words: as they are, quoted, or encoded; `first` is the room beside the name.
    """
    if display.isascii() and "=?" not in display:
        words = display.split(" ")
        if _ATOMS.fullmatch(display) and max(map(len, words)) < FOLD_AT:
            return words
        escaped = display.replace("\\", "\\\\").replace('"', '\\"')
        if len(escaped) < FOLD_AT - 4:
            return [f'"{escaped}"']
    return _encoded_words(display, first=first)


def _encoded_words(value: str, *, first: int) -> list[str]:
    """The value as Q-encoded words; `first` is the room for the first, no character is cut."""
    opening, closing = "=?utf-8?q?", "?="
    words: list[str] = []
    word = opening
    room = min(first, _LONGEST_WORD) - len(closing)
    for char in value:
        code = "".join(
            "_" if byte == 32 else chr(byte) if byte in _PLAIN_IN_WORD else f"={byte:02X}"
            for byte in char.encode()
        )
        if len(word) + len(code) > room:
            words.append(word + closing)
            word = opening
            room = _LONGEST_WORD - len(closing)
        word += code
    return [*words, word + closing]
