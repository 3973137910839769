"""Messages: pre-encoded parts and header lines joined into one complete mail.

Everything that many readers share is done once, in `prepare`; `Prepared.join` only puts one
reader's header lines and tokens between ready bytes, so the same input gives the same bytes on
every attempt (R04).
"""

import hashlib
import html as html_escaping
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.errors import MailError
from newsletter.mailer import encode, headers, places, plain

_PLAIN = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_QUOTED_PRINTABLE = headers.token_line("Content-Transfer-Encoding", "quoted-printable")
_VERSION = headers.token_line("MIME-Version", "1.0")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A variant's message, complete but for one reader's lines and tokens."""

    stretches: tuple[bytes, ...]
    names: tuple[str, ...]

    def join(self, *, headers: Iterable[bytes], values: Mapping[str, str]) -> bytes:
        """The complete message with CRLF line ends, as SMTP's DATA takes it.

        `headers` are this reader's own lines (To, Date, Message-ID); `values` the tokens by place
        name. Raises MailError when a place has no token, or a bad one.
        """
        tokens = {name: places.token(value) for name, value in values.items()}
        parts = [*headers]
        try:
            for stretch, name in zip(self.stretches, self.names, strict=False):
                parts += (stretch, tokens[name])
        except KeyError as error:
            raise MailError(f"nothing to fill the place {error}") from error
        parts.append(self.stretches[-1])
        return b"".join(parts)


def prepare(
    *,
    subject: str,
    headers: Sequence[bytes],
    html: Sequence[bytes] | None,
    text: Sequence[bytes],
    values: Mapping[str, str],
) -> Prepared:
    """One variant made ready: text first, then HTML (RFC 2046 §5.1.4), or text alone.

    `html` and `text` are encoded blocks in order; `headers` the lines that all readers of the
    variant share, which may hold reader places; `values` fill the variant's places, as plain
    words: they are escaped for the HTML and wrapped for the text. Raises UnsafeHeader.
    """
    head = b"".join((*headers, _subject_line(subject), _VERSION))
    text_body = places.fill(b"".join(text), _for_text(values))
    if html is None:
        body = _part_headers(_PLAIN) + b"\r\n" + text_body
    else:
        html_body = places.fill(b"".join(html), _for_html(values))
        body = _alternative(text_body, html_body)
    return Prepared(*places.split(head + body))


def write_single(
    *,
    subject: str,
    shared_headers: Sequence[bytes],
    reader_headers: Iterable[bytes],
    html: Sequence[bytes] | None,
    text: Sequence[bytes],
    values: Mapping[str, str],
) -> bytes:
    """A mail to one reader, such as a confirmation; the same input gives the same bytes.

    `values` holds plain words for variant places and tokens for reader places.
    """
    words = {name: value for name, value in values.items() if name in places.VARIANT_PLACES}
    tokens = {name: value for name, value in values.items() if name in places.READER_PLACES}
    prepared = prepare(subject=subject, headers=shared_headers, html=html, text=text, values=words)
    return prepared.join(headers=reader_headers, values=tokens)


def _subject_line(subject: str) -> bytes:
    return headers.text_line("Subject", subject)


def _for_html(values: Mapping[str, str]) -> dict[str, bytes]:
    return {
        name: encode.encode_value(html_escaping.escape(plain.clean(value)))
        for name, value in values.items()
    }


def _for_text(values: Mapping[str, str]) -> dict[str, bytes]:
    return {
        name: encode.encode_value(plain.wrap(plain.clean(value))) for name, value in values.items()
    }


def _part_headers(content_type: str) -> bytes:
    return headers.token_line("Content-Type", content_type) + _QUOTED_PRINTABLE


def _alternative(text: bytes, html: bytes) -> bytes:
    # `=_` cannot occur in quoted-printable, so no body can hold the boundary (RFC 2045 §6.7).
    digest = hashlib.sha256(text + html).hexdigest()[:32]
    boundary = f"=_{digest}"
    opening = f"--{boundary}\r\n".encode("ascii")
    return b"".join(
        (
            headers.token_line("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
            b"\r\n",
            opening,
            _part_headers(_PLAIN),
            b"\r\n",
            text,
            b"\r\n",
            opening,
            _part_headers(_HTML),
            b"\r\n",
            html,
            b"\r\n",
            f"--{boundary}--\r\n".encode("ascii"),
        )
    )
