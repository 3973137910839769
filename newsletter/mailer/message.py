"""Messages: pre-encoded blocks and header lines put together into one complete mail.

Everything that many readers share is done once, in `prepare`, and held once: a variant only refers
to the blocks it shares with others. `Prepared.pieces` puts one reader's header lines and tokens
between ready bytes, so the same input gives the same bytes on every attempt (R04).
"""

import hashlib
import html as html_escaping
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from newsletter.errors import MailError
from newsletter.mailer import encode, places, plain
from newsletter.mailer.dkim import DkimKey, Signing, canonical_body, canonical_end
from newsletter.mailer.headers import text_line, token_line

_SIGN = places.SIGN.encode("ascii")
_PLAIN = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_QUOTED_PRINTABLE = token_line("Content-Transfer-Encoding", "quoted-printable")
_VERSION = token_line("MIME-Version", "1.0")
WORDS_KEPT = 512  # encoded values that are kept at hand


class Stretch:
    """Ready bytes; or an open place by its name."""

    __slots__ = ("_signed", "name", "sent")

    def __init__(self, sent: bytes, name: str | None = None) -> None:
        self.sent = sent
        self.name = name
        self._signed: bytes | None = None

    @property
    def signed(self) -> bytes:
        """The bytes as a signature sees them, the same object if they do not differ; found once
        for all variants that share the stretch (RFC 6376 §3.4.4).
        """
        if self._signed is None:
            signed = canonical_body(self.sent)
            self._signed = self.sent if signed == self.sent else signed
        return self._signed


class Cut(NamedTuple):
    """A block in stretches, and the names of its places."""

    stretches: tuple[Stretch, ...]
    names: frozenset[str]


# Blocks that were cut before, so that all variants refer to the same stretches.
Cuts = MutableMapping[bytes, Cut]

_NOTHING = Stretch(b"")
_GAP = Stretch(b"\r\n")  # between head and body, of neither


@dataclass(slots=True)
class Prepared:
    """A variant's message, complete but for one reader's lines and tokens."""

    _head: tuple[bytes, ...]  # header lines, some with places
    _body: tuple[Stretch, ...]
    # One slot in front for the reader's own lines, then head and body in the order they are sent.
    _sent: list[bytes] = field(init=False)
    _holes: list[tuple[int, str]] = field(init=False)
    _octets: int = field(init=False)  # of all that is ready
    _often: Counter[str] = field(init=False)  # how often each place occurs
    _signings: dict[tuple[str, ...], "_Signed"] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        whole = [_NOTHING, *_split(b"".join(self._head)), _GAP, *self._body]
        self._sent = [each.sent for each in whole]
        self._holes = [(at, each.name) for at, each in enumerate(whole) if each.name is not None]
        self._octets = sum(map(len, self._sent))
        self._often = Counter(name for _, name in self._holes)

    def pieces(
        self,
        *,
        headers: Sequence[bytes],
        values: Mapping[str, str],
        keys: Sequence[DkimKey] = (),
        at: datetime | None = None,
    ) -> tuple[list[bytes], int]:
        """The complete message with CRLF line ends, as SMTP takes it, in pieces to be written out;
        and how many octets that are.

        `headers` are this reader's own lines (To, Date, Message-ID); `values` the tokens by place
        name. Signed by each of the keys, as of the aware moment `at` (RFC 6376 §3.5, `t=`). Raises
        MailError when a place has no token, or a bad one.
        """
        tokens = {name: places.token(value) for name, value in values.items()}
        pieces = self._sent.copy()
        try:
            for place, name in self._holes:
                pieces[place] = tokens[name]
        except KeyError as error:
            raise MailError(f"nothing to fill the place {error}") from error
        own = b"".join(headers)
        if keys:
            own = self._signature(headers, tokens, keys, at) + own
        pieces[0] = own
        octets = self._octets + len(own)
        for name, times in self._often.items():
            octets += times * len(tokens[name])
        return pieces, octets

    def join(
        self,
        *,
        headers: Sequence[bytes],
        values: Mapping[str, str],
        keys: Sequence[DkimKey] = (),
        at: datetime | None = None,
    ) -> bytes:
        """The same in one. Raises MailError."""
        pieces, _ = self.pieces(headers=headers, values=values, keys=keys, at=at)
        return b"".join(pieces)

    def _signature(
        self,
        own: Sequence[bytes],
        tokens: Mapping[str, bytes],
        keys: Sequence[DkimKey],
        at: datetime | None,
    ) -> bytes:
        assert at is not None
        names = tuple(key.selector for key in keys)
        signed = self._signings.get(names)
        if signed is None:
            signed = self._signings[names] = _Signed(keys, self._head, self._body)
        return signed.sign(own, tokens, at)


class _Signed:
    """What a signature covers of a variant: digests up to the first place, and what follows."""

    def __init__(
        self, keys: Sequence[DkimKey], head: Sequence[bytes], body: Sequence[Stretch]
    ) -> None:
        self._signing = Signing(keys, [line for line in head if _SIGN not in line])
        self._open_lines = [line for line in head if _SIGN in line]
        first = next((at for at, each in enumerate(body) if each.name), len(body))
        signed = [each.signed for each in body]
        if signed:
            signed[-1] = canonical_end(signed[-1])  # its empty lines are not signed (§3.4.4)
        self._digest = hashlib.sha256(b"".join(signed[:first]))
        self._rest = signed[first:]
        self._holes = [(at, each.name) for at, each in enumerate(body[first:]) if each.name]

    def sign(self, own: Sequence[bytes], tokens: Mapping[str, bytes], at: datetime) -> bytes:
        filled = [places.fill(line, tokens) for line in self._open_lines]
        rest = self._rest.copy()
        for place, name in self._holes:
            rest[place] = tokens[name]
        digest = self._digest.copy()
        digest.update(b"".join(rest))
        return self._signing.sign([*own, *filled], digest.digest(), at=at)


def prepare(
    *,
    subject: str,
    headers: Sequence[bytes],
    html: Sequence[bytes] | None,
    text: Sequence[bytes],
    values: Mapping[str, str],
    cuts: Cuts | None = None,
) -> Prepared:
    """One variant made ready: text first, then HTML (RFC 2046 §5.1.4), or text alone.

    `html` and `text` are encoded blocks in order; `headers` the lines that all readers of the
    variant share, which may hold reader places; `values` fill the variant's places, as plain
    words: they are escaped for the HTML and wrapped for the text. `cuts` keeps what several
    variants share. Raises UnsafeHeader.
    """
    cuts = {} if cuts is None else cuts
    head = [*headers, text_line("Subject", subject), _VERSION]
    text_body = _filled(text, _for_text(values), cuts)
    if html is None:
        return Prepared((*head, *_part_headers(_PLAIN)), tuple(text_body))
    html_body = _filled(html, _for_html(values), cuts)
    boundary = _boundary(subject, values)
    content_type = token_line("Content-Type", f'multipart/alternative; boundary="{boundary}"')
    return Prepared((*head, content_type), tuple(_alternative(text_body, html_body, boundary)))


def write_single(
    *,
    subject: str,
    shared_headers: Sequence[bytes],
    reader_headers: Sequence[bytes],
    html: Sequence[bytes] | None,
    text: Sequence[bytes],
    values: Mapping[str, str],
    keys: Sequence[DkimKey] = (),
    at: datetime | None = None,
) -> bytes:
    """A mail to one reader, such as a confirmation; the same input gives the same bytes.

    `values` holds plain words for variant places and tokens for reader places; `keys` and `at` are
    those of `Prepared.pieces`.
    """
    words = {name: value for name, value in values.items() if name in places.VARIANT_PLACES}
    tokens = {name: value for name, value in values.items() if name in places.READER_PLACES}
    prepared = prepare(subject=subject, headers=shared_headers, html=html, text=text, values=words)
    return prepared.join(headers=reader_headers, values=tokens, keys=keys, at=at)


def _filled(
    blocks: Iterable[bytes], filled: Mapping[str, Stretch], cuts: Cuts
) -> list[Stretch]:
    """The blocks one after the other, with the variant's places filled."""
    stretches: list[Stretch] = []
    for block in blocks:
        found = cuts.get(block)
        if found is None:
            found = cuts[block] = _cut(block)
        if found.names.isdisjoint(filled):
            stretches += found.stretches
        else:
            stretches += (
                filled.get(each.name, each) if each.name else each for each in found.stretches)
    return stretches


def _cut(block: bytes) -> Cut:
    stretches = tuple(_split(block))
    return Cut(stretches, frozenset(each.name for each in stretches if each.name))


def _split(data: bytes) -> Iterator[Stretch]:
    """Ready bytes and open places, in order."""
    sent, names = places.split(data)
    for stretch, name in zip(sent, (*names, None), strict=True):
        if stretch:
            yield Stretch(stretch)
        if name is not None:
            yield Stretch(b"", name)


def _for_html(values: Mapping[str, str]) -> dict[str, Stretch]:
    return {name: _html_value(value) for name, value in values.items()}


def _for_text(values: Mapping[str, str]) -> dict[str, Stretch]:
    return {name: _text_value(value) for name, value in values.items()}


# Variants that differ in what they hold may well say the same of it.
@lru_cache(maxsize=WORDS_KEPT)
def _html_value(value: str) -> Stretch:
    return Stretch(encode.encode_value(html_escaping.escape(plain.clean(value))))


@lru_cache(maxsize=WORDS_KEPT)
def _text_value(value: str) -> Stretch:
    return Stretch(encode.encode_value(plain.wrap(plain.clean(value))))


@lru_cache(maxsize=2)
def _part_headers(content_type: str) -> tuple[bytes, bytes]:
    return token_line("Content-Type", content_type), _QUOTED_PRINTABLE


def _boundary(subject: str, values: Mapping[str, str]) -> str:
    """The same for the same variant, and another in a mail that holds this one.

    `=_` cannot occur in quoted-printable, so no body can hold the boundary (RFC 2045 §6.7).
    """
    words = "\0".join((subject, *values.values()))
    return f"=_{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def _alternative(
    text: Sequence[Stretch], html: Sequence[Stretch], boundary: str
) -> list[Stretch]:
    opening = f"--{boundary}\r\n".encode("ascii")
    return [
        Stretch(b"".join((opening, *_part_headers(_PLAIN), b"\r\n"))), *text,
        Stretch(b"".join((b"\r\n", opening, *_part_headers(_HTML), b"\r\n"))), *html,
        Stretch(f"\r\n--{boundary}--\r\n".encode("ascii")),
    ]
