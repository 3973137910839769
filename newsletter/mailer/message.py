"""Messages: pre-encoded blocks and header lines put together into one complete mail.

Everything that many readers share is done once, in `prepare`, and held once: a variant only refers
to the blocks it shares with others, and holds bytes of its own from its first mail until it is let
go. `Prepared.own_lines` and `Prepared.pieces` put one reader's header lines and tokens between
ready bytes, so the same input gives the same bytes on every attempt (R04). One thread may sign
while another lays out.
"""

import hashlib
import html as html_escaping
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from newsletter.errors import MailError
from newsletter.mailer import encode, places, plain
from newsletter.mailer.dkim import DkimKey, Signing, canonical_end
from newsletter.mailer.headers import text_line, token_line
from newsletter.mailer.stretches import (
    Cuts,
    Pieces,
    Stretch,
    cut_line,
    filled_in,
    in_pieces,
    join,
)

_SIGN = places.SIGN.encode("ascii")
_PLAIN = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_QUOTED_PRINTABLE = token_line("Content-Transfer-Encoding", "quoted-printable")
_VERSION = token_line("MIME-Version", "1.0")
WORDS_KEPT = 512  # encoded values that are kept at hand

_GAP = Stretch(b"\r\n")  # between head and body, of neither


@dataclass(slots=True)
class Prepared:
    """A variant's message, complete but for one reader's lines and tokens."""

    _head: tuple[bytes, ...]  # header lines, some with places
    _body: tuple[Stretch, ...]
    # Head and body as they are sent, from the first mail on until they are let go: one that waits
    # only refers to what it shares, and a mail costs a call of the kernel with few pieces.
    _sent: Pieces | None = None
    _octets: int = 0  # of all that is ready
    _signings: dict[tuple[str, ...], "_Signed"] = field(init=False, default_factory=dict)

    def own_lines(
        self,
        headers: Sequence[bytes],
        *,
        tokens: Mapping[str, bytes],
        keys: Sequence[DkimKey] = (),
        at: datetime | None = None,
    ) -> bytes:
        """What a mail begins with: this reader's own lines (To, Date, Message-ID), and above them
        the signatures of the whole.

        `tokens` are what `places.token` makes or our signer, by place name. Signed by each of the
        keys, if any, as of the aware moment `at`, which they need (RFC 6376 §3.5, `t=`). Raises
        MailError for what cannot be signed: a place has no token, a line comes twice, no From.
        """
        own = b"".join(headers)
        if not keys:
            return own
        try:
            return self._signature(headers, tokens, keys, at) + own
        except KeyError as error:
            raise _nothing_to_fill(error) from error

    def pieces(self, own: bytes, *, tokens: Mapping[str, bytes]) -> tuple[list[bytes], int]:
        """The complete message with CRLF line ends, as SMTP takes it, in pieces to be written out;
        and how many octets that are.

        `own` is what `own_lines` made with the same tokens. Raises MailError when a place has none.
        """
        sent = self._sent
        if sent is None:
            sent = self._lay_out()
        pieces = sent.ready.copy()
        octets = self._octets
        try:
            for place, name in sent.holes:
                pieces[place] = token = tokens[name]
                octets += len(token)
        except KeyError as error:
            raise _nothing_to_fill(error) from error
        pieces[0] = own
        return pieces, octets + len(own)

    def join(
        self,
        *,
        headers: Sequence[bytes],
        values: Mapping[str, str],
        keys: Sequence[DkimKey] = (),
        at: datetime | None = None,
    ) -> bytes:
        """Both in one, with tokens from anywhere. Raises MailError for a bad one, too."""
        tokens = {name: places.token(value) for name, value in values.items()}
        own = self.own_lines(headers, tokens=tokens, keys=keys, at=at)
        pieces, _ = self.pieces(own, tokens=tokens)
        return b"".join(pieces)

    def let_go_of_sent(self) -> None:
        """Hold of what is sent only what is shared again, until the next mail is laid out."""
        self._sent = None

    def let_go_of_signed(self) -> None:
        """The same of what a signature covers, until the next mail is signed."""
        self._signings.clear()

    def _lay_out(self) -> Pieces:
        head: list[Stretch] = []
        for cut in map(cut_line, self._head):
            head += cut
        whole = (*head, _GAP, *self._body)
        sent = in_pieces([each.sent for each in whole], [each.name for each in whole])
        self._octets = sum(map(len, sent.ready))
        self._sent = sent
        return sent

    def _signature(
        self,
        own: Sequence[bytes],
        tokens: Mapping[str, bytes],
        keys: Sequence[DkimKey],
        at: datetime | None,
    ) -> bytes:
        assert at is not None
        names = tuple([key.selector for key in keys])
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
        self._open_lines = [
            in_pieces([each.sent for each in cut], [each.name for each in cut])
            for cut in (cut_line(line) for line in head if _SIGN in line)
        ]
        signed = [each.signed or each.see() for each in body]
        if signed:
            signed[-1] = canonical_end(signed[-1])  # its empty lines are not signed (§3.4.4)
        self._rest = in_pieces(signed, [each.name for each in body])
        # What comes before the first place is digested here, once.
        self._digest = hashlib.sha256(self._rest.ready[1])
        self._rest.ready[1] = b""

    def sign(self, own: Sequence[bytes], tokens: Mapping[str, bytes], at: datetime) -> bytes:
        lines = [*own, *(join(line, tokens) for line in self._open_lines)]
        digest = self._digest.copy()
        digest.update(join(self._rest, tokens))
        return self._signing.sign(lines, digest.digest(), at=at)


def _nothing_to_fill(error: KeyError) -> MailError:
    return MailError(f"nothing to fill the place {error}")


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
    text_body = filled_in(text, _for_text(values), cuts)
    if html is None:
        return Prepared((*head, *_part_headers(_PLAIN)), tuple(text_body))
    html_body = filled_in(html, _for_html(values), cuts)
    boundary = _boundary(subject, values)
    content_type = b'Content-Type: multipart/alternative;\r\n boundary="%b"\r\n' % boundary
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
    those of `Prepared.own_lines`.
    """
    words = {name: value for name, value in values.items() if name in places.VARIANT_PLACES}
    tokens = {name: value for name, value in values.items() if name in places.READER_PLACES}
    prepared = prepare(subject=subject, headers=shared_headers, html=html, text=text, values=words)
    return prepared.join(headers=reader_headers, values=tokens, keys=keys, at=at)


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


def _boundary(subject: str, values: Mapping[str, str]) -> bytes:
    """The same for the same variant, and another in a mail that holds this one.

    `=_` cannot occur in quoted-printable, so no body can hold the boundary (RFC 2045 §6.7).
    """
    words = "\0".join((subject, *values.values()))
    return b"=_" + hashlib.sha256(words.encode()).hexdigest()[:32].encode()


def _alternative(
    text: Sequence[Stretch], html: Sequence[Stretch], boundary: bytes
) -> list[Stretch]:
    opening = b"--%b\r\n" % boundary
    return [
        Stretch(b"".join((opening, *_part_headers(_PLAIN), b"\r\n"))), *text,
        Stretch(b"".join((b"\r\n", opening, *_part_headers(_HTML), b"\r\n"))), *html,
        Stretch(b"\r\n--%b--\r\n" % boundary),
    ]
