"""What a strict relay reads, and finds wrong, as it comes over the wire (RFC 5321, 5322, 6531)."""

import re
from dataclasses import dataclass, field

LONGEST_LINE = 998  # without its CRLF (RFC 5322 §2.1.1)
# RFC 5321 §4.5.3.1.4 says 512 octets with the CRLF; SIZE, BODY and SMTPUTF8 allow more (RFC 1870
# §3, 6152 §2, 6531 §3.4).
LONGEST_COMMAND = 512 + 26 + 17 + 10
_PATH = r'<((?:"(?:[^"\\]|\\.)*"|[^<>"@\s]+)@[^<>@\s]+|)>'
_MAIL = re.compile(rf"FROM:{_PATH}((?: [^\s]+)*)", re.IGNORECASE)
_RCPT = re.compile(rf"TO:{_PATH}", re.IGNORECASE)
# Which extension allows which parameter of MAIL.
_ALLOWED_BY = {"BODY": "8BITMIME", "SIZE": "SIZE", "SMTPUTF8": "SMTPUTF8", "AUTH": "AUTH"}
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
_ALL_BUT_ENDS = bytes(octet for octet in range(256) if octet not in b"\r\n")
_HEADER = re.compile(rb"[!-9;-~]+:")


@dataclass
class Envelope:
    """What MAIL and RCPT said of one mail; `size` is what MAIL announced, in octets."""

    mail_from: str
    options: dict[str, str] = field(default_factory=dict)
    rcpt_to: str = ""

    @property
    def needs(self) -> list[str]:
        """The extensions that its parameters belong to."""
        return [_ALLOWED_BY.get(name, name) for name in self.options]

    @property
    def size(self) -> int:
        told = self.options.get("SIZE", "")
        return int(told) if told.isdecimal() else 0

    @property
    def is_utf8(self) -> bool:
        return "SMTPUTF8" in self.options

    @property
    def is_8bit(self) -> bool:
        return self.options.get("BODY", "").upper() == "8BITMIME"

    @property
    def domain(self) -> str:
        """The recipient's domain, in lower case."""
        return self.rcpt_to.rpartition("@")[2].lower()


def read_mail(rest: str) -> Envelope | None:
    """The envelope that `MAIL rest` begins; None when it is misspelt."""
    found = _MAIL.fullmatch(rest)
    if found is None:
        return None
    options = (option.partition("=") for option in found[2].split())
    return Envelope(found[1], {name.upper(): value for name, _, value in options})


def read_rcpt(rest: str) -> str | None:
    """The address that `RCPT rest` names; None when it is misspelt or empty."""
    found = _RCPT.fullmatch(rest)
    return found[1] if found and found[1] else None


def message_id_of(data: bytes) -> str:
    """The Message-ID with its angle brackets; empty when the header has none."""
    found = _MESSAGE_ID.search(data, 0, max(_end_of_header(data), 0))
    return found[1].decode("ascii", "replace") if found else ""


def faults_of_message(data: bytes, envelope: Envelope) -> list[str]:
    """What is wrong with a message under what its envelope announced."""
    faults = []
    ends = data.translate(None, _ALL_BUT_ENDS)
    if ends != b"\r\n" * (len(ends) // 2):
        faults.append("a bare CR or LF in the message")
    if not data.endswith(b"\r\n"):
        faults.append("the message does not end with CRLF")
    if b"\0" in data:
        faults.append("a NUL in the message")
    if _has_long_line(data):
        faults.append("a line of more than 998 octets")
    end = _end_of_header(data)
    if end < 0 or not _HEADER.match(data):
        faults.append("no header that ends with an empty line")
    elif not data.isascii():
        if not data[:end].isascii() and not envelope.is_utf8:
            faults.append("8-bit octets in the header without SMTPUTF8")
        if not data[end:].isascii() and not envelope.is_8bit:
            faults.append("8-bit octets in the body without BODY=8BITMIME")
    return faults


def unstuffed(data: bytes) -> tuple[bytes, bool]:
    """The message without the dots that transparency adds, and whether none lacked (§4.5.2)."""
    is_stuffed = re.search(rb"(?:\A|\r\n)\.(?!\.)", data) is None
    return re.sub(rb"(\A|\r\n)\.", rb"\1", data), is_stuffed


def _end_of_header(data: bytes) -> int:
    return data.find(b"\r\n\r\n")


def _has_long_line(data: bytes) -> bool:
    """Looked for in strides, since every mail passes here."""
    start = 0
    while len(data) - start > LONGEST_LINE + 2:
        end = data.rfind(b"\r\n", start, start + LONGEST_LINE + 2)
        if end < 0:
            return True
        start = end + 2
    return False
