"""Encode: text with places as quoted-printable (RFC 2045 §6.7), ready to be joined.

Every hard line is encoded by itself and ends in a hard break, so joined blocks are the encoding
of the joined text. A place stands alone on a soft-broken line: whatever fills it, no soft break
falls inside it and no line grows too long. A dot that would begin a line is written `=2E`, so
SMTP has no dots to double (RFC 5321 §4.5.2), and `From ` is written `=46rom ` for mbox files.
"""

from newsletter.mailer import places

LONGEST_LINE = 76
_ROOM = LONGEST_LINE - 1  # the soft line break's own sign
_SOFT = b"=\r\n"

_CODES = [f"={byte:02X}" for byte in range(256)]
_TABLE = [
    chr(byte) if (33 <= byte <= 126 and byte != ord("=")) or byte in b" \t" else _CODES[byte]
    for byte in range(256)
]
# What a line may not begin with, as it is once encoded.
_NEVER_FIRST = (".", "From ", "From=20")


def encode(text: str) -> bytes:
    """The text in quoted-printable with CRLF, its places kept as `\\x1fname\\x1f`.

    A last line without a break gets one.
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return b"".join(_hard_line(line) for line in lines)


def encode_value(value: str) -> bytes:
    """What fills a place: encoded like text, without the line break that the place already has."""
    return b"\r\n".join(_SOFT.join(_soft_lines(line.encode())) for line in value.split("\n"))


def _hard_line(line: str) -> bytes:
    parts = places.PATTERN.split(line)
    lines = _soft_lines(parts[0].encode())
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        if lines == [b""]:
            lines = []
        lines.append(places.place(name).encode("ascii"))
        lines += _soft_lines(text.encode())
    return _SOFT.join(lines) + b"\r\n"


def _soft_lines(data: bytes) -> list[bytes]:
    """The data on encoded lines of at most 75 characters, at least one line."""
    whole = data.decode("latin-1").translate(_TABLE)
    if data.endswith((b" ", b"\t")):
        whole = whole[:-1] + _CODES[data[-1]]  # white space at a line's end may get lost on the way
    lines: list[bytes] = []
    start = 0
    while True:
        first, room = "", _ROOM
        if whole.startswith(_NEVER_FIRST, start):
            first = _CODES[ord(whole[start])]
            start, room = start + 1, room - len(first)
        end = start + room
        if end >= len(whole):
            lines.append((first + whole[start:]).encode("ascii"))
            return lines
        # Never within the three characters of an octet.
        end -= 1 if whole[end - 1] == "=" else 2 if whole[end - 2] == "=" else 0
        lines.append((first + whole[start:end]).encode("ascii"))
        start = end
