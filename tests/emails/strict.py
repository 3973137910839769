"""A strict reader of messages, of the tests' own: what RFC 5322, 2045, 2046 and 2047 forbid.

It works on the bytes as they go over the wire and shares no code with what writes them, nor with
Python's parser, which forgives. Our own promise goes further in two points: every field stands
once, and a body is quoted-printable in UTF-8.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

LONGEST_LINE, FOLD_AT, LONGEST_ENCODED = 998, 78, 76
NEEDED = ("from", "to", "date", "message-id", "subject", "mime-version", "content-type")
FORBIDDEN = re.compile(r"bcc|return-path|received|resent-.*|sender|precedence")

_FIELD = re.compile(r"([!-9;-~]+):( [^\r\n]*(?:\r\n[ \t][^\r\n]*)*|(?:\r\n[ \t][^\r\n]*)+)\r\n")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = rf"{_ATOM}(?:\.{_ATOM})*"
_QUOTED = r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"'
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
_ENCODED = r"=\?([A-Za-z0-9-]+)\?([QqBb])\?([!->@-~]+)\?="
_PHRASE = rf"(?:(?:{_ATOM}|{_QUOTED}|{_ENCODED})(?: (?:{_ATOM}|{_QUOTED}|{_ENCODED}))*)"
# A local part in UTF-8 is RFC 6532's; whether it may stand there is judged with the whole head.
_LOCAL = rf"(?:(?:{_ATOM}|[^\x00-\x7f])+(?:\.(?:{_ATOM}|[^\x00-\x7f])+)*|{_QUOTED})"
_MAILBOX = re.compile(rf"(?:{_PHRASE} <{_LOCAL}@{_DOMAIN}>|{_LOCAL}@{_DOMAIN})")
_MESSAGE_ID = re.compile(rf"<{_DOT_ATOM}@{_DOT_ATOM}>")
_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}"
)
_BOUNDARY = re.compile(
    r'multipart/alternative; boundary="([0-9A-Za-z\'()+_,./:=? -]{0,69}[0-9A-Za-z\'()+_,./:=?-])"'
)
_QP_LINE = re.compile(rb"(?:[\t\x20-\x3c\x3e-\x7e]|=[0-9A-F]{2})*=?")


@dataclass(frozen=True)
class Part:
    """One body: its type, and what it says, with CRLF."""

    content_type: str
    text: str


class Reading:
    """One message read strictly: its fields as they are unfolded, its parts, and every fault."""

    def __init__(self, raw: bytes, *, may_be_utf8: bool = False) -> None:
        self.faults: list[str] = []
        self.parts: list[Part] = []
        self._judge_lines(raw)
        head, gap, body = raw.partition(b"\r\n\r\n")
        if not gap:
            self.faults.append("no empty line after the head")
        self.fields = self._fields(head + b"\r\n", may_be_utf8=may_be_utf8)
        self._judge_count()
        self._judge_fields()
        self._read_body(body)

    def _judge_lines(self, raw: bytes) -> None:
        bare = raw.replace(b"\r\n", b"")
        self._unless(b"\r" not in bare and b"\n" not in bare, "a bare CR or LF")
        self._unless(b"\0" not in raw, "a NUL")
        self._unless(raw.endswith(b"\r\n"), "no CRLF at the end")
        longest = max(map(len, raw.split(b"\r\n")))
        self._unless(longest <= LONGEST_LINE, f"a line of {longest} octets")

    def _fields(self, head: bytes, *, may_be_utf8: bool) -> dict[str, str]:
        """The fields by name in lower case, unfolded; judges their lines."""
        self._unless(may_be_utf8 or head.isascii(), "8-bit in the head")
        text = head.decode("utf-8", "surrogateescape")
        self._unless(not re.search("[\udc80-\udcff]", text), "a head that is no UTF-8")
        self._names: list[str] = []
        found, end = {}, 0
        while match := _FIELD.match(text, end):
            end = match.end()
            name = match[1].lower()
            self._names.append(name)
            found[name] = match[2].replace("\r\n", "").strip(" ")
            self._judge_folding(match[0])
        self._unless(end == len(text), f"no field: {text[end : end + 40]!r}")
        return found

    def _judge_folding(self, field: str) -> None:
        for number, line in enumerate(field.removesuffix("\r\n").split("\r\n")):
            size = len(line.encode("utf-8", "surrogateescape"))
            # The space after the name may not be the only one before the fold (RFC 5322 §2.2.3).
            places = re.sub(r"^\S+: " if number == 0 else r"^[ \t]+", "", line)
            self._unless(bool(line.strip()), "a folded line of white space only")
            # An empty field ends in the space after its colon.
            self._unless(line == line.rstrip() or not places,
                         "white space at the end of a header line")
            self._unless(size <= FOLD_AT or " " not in places, f"not folded: {line[:30]!r}")
            if "=?" in line:
                self._unless(size <= LONGEST_ENCODED, "a line over 76 with an encoded word")

    def _judge_count(self) -> None:
        for name, count in Counter(self._names).items():
            # Each signature is a field of its own (RFC 8463 §3.1).
            self._unless(count == 1 or name == "dkim-signature", f"{name} stands {count} times")
            self._unless(not FORBIDDEN.fullmatch(name), f"{name} is not for us to write")
        for name in NEEDED:
            self._unless(name in self.fields, f"no {name}")

    def _judge_fields(self) -> None:
        for name in ("from", "to", "reply-to"):
            if name in self.fields:
                self._unless(bool(_MAILBOX.fullmatch(self.fields[name])), f"{name} is no mailbox")
        self._unless(bool(_MESSAGE_ID.fullmatch(self.fields.get("message-id", ""))),
                     "a Message-ID that is none")
        self._unless(self.fields.get("mime-version") == "1.0", "MIME-Version is not 1.0")
        self._judge_date(self.fields.get("date", ""))
        for value in self.fields.values():
            if "=?" in value:
                self._decoded(value)
        self._unless(not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", "".join(self.fields.values())),
                     "a control character in a field")

    def _judge_date(self, value: str) -> None:
        if not _DATE.fullmatch(value):
            self.faults.append("a Date that is none")
            return
        try:
            moment = datetime.strptime(value, "%a, %d %b %Y %H:%M:%S %z")
        except ValueError:
            self.faults.append("a Date that never was")
            return
        self._unless(f"{moment:%a}" == value[:3], "a Date on another day of the week")
        self._unless(not value.endswith("-0000"), "a Date that knows no zone")

    def _decoded(self, value: str) -> str:
        """The words of a field, its encoded words decoded (RFC 2047 §2 and §6.2)."""
        words = re.sub(rf"(?<=\?=)\s+(?={_ENCODED})", "", value)
        return re.sub(_ENCODED, lambda match: self._word(*match.groups(), whole=match[0]), words)

    def _word(self, charset: str, kind: str, text: str, *, whole: str) -> str:
        self._unless(len(whole) <= 75, "an encoded word over 75")
        self._unless(charset.lower() == "utf-8", "an encoded word in another charset")
        try:
            raw = (base64.b64decode(text, validate=True) if kind in "Bb" else
                   re.sub(rb"=([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]),
                          text.replace("_", " ").encode()))
            return raw.decode()
        except (binascii.Error, UnicodeDecodeError):
            self.faults.append("an encoded word that cannot be decoded")
            return ""

    def said(self, name: str) -> str:
        """What a field says to a person, or nothing when it is not there."""
        return self._decoded(self.fields.get(name, ""))

    def _read_body(self, body: bytes) -> None:
        content_type = self.fields.get("content-type", "")
        if not content_type.startswith("multipart/"):
            self._read_part(self.fields, body)
            return
        self._unless("content-transfer-encoding" not in self.fields, "an encoded multipart")
        found = _BOUNDARY.fullmatch(content_type)
        if not found:
            self.faults.append("a multipart without a sound boundary")
            return
        for part in self._cut(body, found[1].encode()):
            head, _, content = part.partition(b"\r\n\r\n")
            self._unless(head.isascii(), "8-bit in the head of a part")
            fields = dict(line.split(": ", 1) for line in head.decode("ascii", "replace")
                          .split("\r\n") if ": " in line)
            self._read_part({name.lower(): value for name, value in fields.items()}, content)
        types = [part.content_type for part in self.parts]
        self._unless(types == ["text/plain", "text/html"], f"parts {types}: text first, then HTML")

    def _cut(self, body: bytes, boundary: bytes) -> Iterator[bytes]:
        """The parts between the boundaries, each as it was before it was put there."""
        opens, closes = b"--" + boundary + b"\r\n", b"--" + boundary + b"--\r\n"
        self._unless(body.startswith(opens), "words before the first part")
        self._unless(body.endswith(b"\r\n" + closes), "words after the last part")
        inner = body.removeprefix(opens).removesuffix(b"\r\n" + closes)
        parts = inner.split(b"\r\n" + opens)
        self._unless(not any(b"--" + boundary in part for part in parts),
                     "the boundary inside a part")
        yield from parts

    def _read_part(self, fields: dict[str, str], content: bytes) -> None:
        given = fields.get("content-type", "")
        found = re.fullmatch(r"(text/(?:plain|html)); charset=utf-8", given)
        self._unless(bool(found), f"a part of {given}")
        self._unless(fields.get("content-transfer-encoding") == "quoted-printable",
                     "a part that is not quoted-printable")
        kind = found[1] if found else given
        self.parts.append(Part(kind, self._decode_body(content)))

    def _decode_body(self, content: bytes) -> str:
        """What quoted-printable says (RFC 2045 §6.7), each of its rules judged."""
        lines = content.removesuffix(b"\r\n").split(b"\r\n")
        for line in lines:
            self._unless(bool(_QP_LINE.fullmatch(line)), f"no quoted-printable: {line[:40]!r}")
            self._unless(len(line) <= LONGEST_ENCODED, f"an encoded line of {len(line)}")
            self._unless(not line.endswith((b" ", b"\t")), "white space at the end of a line")
        self._unless(not lines[-1].endswith(b"="), "a soft line break at the end")
        joined = b"".join(
            line[:-1] if line.endswith(b"=") else line + b"\r\n" for line in lines
        )
        decoded = re.sub(rb"=([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), joined)
        try:
            text = decoded.decode()
        except UnicodeDecodeError:
            self.faults.append("a body that is no UTF-8")
            return ""
        rest = text.replace("\r\n", "")
        self._unless("\r" not in rest and "\n" not in rest, "an encoded bare CR or LF")
        return text

    def _unless(self, sound: bool, fault: str) -> None:
        if not sound:
            self.faults.append(fault)


def faults_of(raw: bytes, *, may_be_utf8: bool = False) -> list[str]:
    """Every rule that the message breaks, in words; `may_be_utf8` for one with SMTPUTF8."""
    return Reading(raw, may_be_utf8=may_be_utf8).faults
