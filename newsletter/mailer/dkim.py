"""DKIM: header lines and body digests signed, fast enough for every mail (RFC 6376, 8301, 8463).

`relaxed/relaxed`, the whole body (no `l=`), all header lines that are given. What the mails of a
variant share is canonicalised and digested once; of each mail only the reader's own lines are.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from newsletter.errors import MailError

FOLD_AT = 76
LEAST_RSA_BITS = 2048  # RFC 8301 §3.2 asks 1024 of signers and advises 2048
RSA, ED25519 = "rsa-sha256", "ed25519-sha256"

# Named once more than they occur, so that a line added on the way breaks the signature
# (RFC 6376 §8.15): what a reader sees, and what decides how the body is read.
OVERSIGNED = (b"From", b"To", b"Subject", b"Date", b"Reply-To", b"Content-Type")
# Lines that may change on the way (RFC 6376 §5.4.1), or that may not sign themselves.
_NEVER = frozenset((
    b"return-path", b"received", b"comments", b"keywords", b"bcc", b"resent-bcc", b"dkim-signature",
))
_PADDING, _DIGESTED = padding.PKCS1v15(), Prehashed(hashes.SHA256())
_SPACES = re.compile(rb"[ \t]+")
_SPACES_AT_END = re.compile(rb"[ \t]+(?=\r\n)")


@dataclass(frozen=True)
class DkimKey:
    """A private key, and the place in the DNS where its other half is published.

    Raises MailError when RSA is shorter than 2048 bits (RFC 8301).
    """

    selector: str
    domain: str
    private: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.private, RSAPrivateKey) and self.private.key_size < LEAST_RSA_BITS:
            raise MailError(f"the DKIM key {self.selector} has fewer than {LEAST_RSA_BITS} bits")

    @property
    def algorithm(self) -> str:
        """What `a=` names: rsa-sha256 (RFC 6376 §3.3) or ed25519-sha256 (RFC 8463)."""
        return RSA if isinstance(self.private, RSAPrivateKey) else ED25519

    @property
    def record(self) -> str:
        """The public half as the DNS is to say it (RFC 6376 §3.6.1, RFC 8463 §4)."""
        public = self.private.public_key()
        if isinstance(public, RSAPublicKey):
            kind, data = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind, data = "ed25519", public.public_bytes_raw()
        return f"v=DKIM1; k={kind}; p={base64.b64encode(data).decode()}"

    def sign(self, digest: bytes) -> bytes:
        """The signature of a SHA-256 digest; the same for the same digest."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(digest, _PADDING, _DIGESTED)
        return self._sign_ed25519(digest)  # of the digest itself (RFC 8463 §3)

    @cached_property
    def _sign_ed25519(self) -> Callable[[bytes], bytes]:
        """By libsodium, which takes three fifths of OpenSSL's time; nobody else pays for it."""
        from nacl import bindings  # noqa: PLC0415 (most of a megabyte)

        assert isinstance(self.private, Ed25519PrivateKey)
        both = bindings.crypto_sign_seed_keypair(self.private.private_bytes_raw())[1]
        length = bindings.crypto_sign_BYTES
        return lambda digest: bindings.crypto_sign(digest, both)[:length]


def canonical_body(data: bytes) -> bytes:
    """A body, or a piece of it, as a relaxed signature sees it (RFC 6376 §3.4.4).

    Pieces that do not end inside a run of spaces may be joined afterwards; what ends the body goes
    through `canonical_end` as well.
    """
    return _SPACES.sub(b" ", _SPACES_AT_END.sub(b"", data))


def canonical_end(data: bytes) -> bytes:
    """The end of a canonical body: its empty lines are not signed (RFC 6376 §3.4.4).

    `data` must begin before these lines. What has no line break at its end gets one, unless it is
    empty.
    """
    end = len(data)
    while data.endswith((b" ", b"\r\n"), 0, end):
        end -= 1 if data.endswith(b" ", 0, end) else 2
    return data[:end] + b"\r\n" if end else b""


def is_aligned(domain: str, sender_domain: str) -> bool:
    """Whether a signature of `domain` speaks for a From of `sender_domain`, both as A-labels.

    It does for that domain itself and for one above it, if that has a name of its own: narrower
    than the relaxed alignment of DMARC (RFC 9989), which asks the DNS how far up it may go.
    """
    return sender_domain == domain or ("." in domain and sender_domain.endswith(f".{domain}"))


class _Ready(NamedTuple):
    """What one key always says for lines of the same names."""

    key: DkimKey
    line: bytes  # up to and with `t=`, as it is sent
    signed: bytes  # the same, as it is signed


class Signing:
    """Signs mails that share header lines, with one key or with several."""

    def __init__(self, keys: Sequence[DkimKey], shared: Iterable[bytes]) -> None:
        """`shared` are whole header lines, folded or not, each with its CRLF."""
        self._keys = tuple(keys)
        kept = [seen for line in shared if (seen := _seen_of_many(line))[2]]
        self._names = tuple([name for name, _, _ in kept])
        self._digest = hashlib.sha256(b"".join([line for _, line, _ in kept]))
        self._ready: dict[tuple[bytes, ...], tuple[_Ready, ...]] = {}

    def sign(self, own: Iterable[bytes], body_hash: bytes, *, at: datetime) -> bytes:
        """The DKIM-Signature lines of one mail, one of each key in their order, with CRLFs.

        `own` are the header lines that it does not share; none may have the name of another. The
        `body_hash` is the SHA-256 digest of its canonical body; `at` an aware moment, of which the
        seconds are signed (`t=`). The same input gives the same bytes (R04). Raises MailError.
        """
        moment = _moment(at)
        names: tuple[bytes, ...] = ()
        lines = b""
        for line in own:
            name, seen, is_signed = _seen(line)
            if is_signed:
                names += (name,)
                lines += seen
        ready = self._ready.get(names)
        if ready is None:
            ready = self._ready[names] = self._make_ready(names)
        digest = self._digest.copy()
        digest.update(lines)
        bh = binascii.b2a_base64(body_hash, newline=False)
        signatures = []
        for key, line, signed in ready:
            whole = digest.copy()
            whole.update(b"%b%b; bh=%b; b=" % (signed, moment, bh))
            b = binascii.b2a_base64(key.sign(whole.digest()), newline=False)
            signatures.append(b"%b%b;\r\n bh=%b;\r\n b=%b\r\n" % (line, moment, bh, _folded(b)))
        return b"".join(signatures)

    def _make_ready(self, own: tuple[bytes, ...]) -> tuple[_Ready, ...]:
        names = (*self._names, *own)
        if len({name.lower() for name in names}) != len(names):
            raise MailError("a mail to sign has two header lines of one name")
        if b"from" not in {name.lower() for name in names}:
            raise MailError("a mail to sign has no From (RFC 6376 §5.4)")
        names += OVERSIGNED
        return tuple(
            _Ready(key, *_beginning(key.algorithm, key.domain, key.selector, names))
            for key in self._keys)


@lru_cache(maxsize=64)  # the mails of a kind name the same
def _beginning(
    algorithm: str, domain: str, selector: str, names: tuple[bytes, ...]
) -> tuple[bytes, bytes]:
    words = [
        b"v=1;", b"a=%b;" % algorithm.encode(), b"c=relaxed/relaxed;",
        b"d=%b;" % domain.encode("ascii"), b"s=%b;" % selector.encode("ascii"),
    ]
    lines, line = [], b"DKIM-Signature:"
    for gap, word in [(b" ", word) for word in words] + _listed(names):
        if len(line) + len(gap) + len(word) > FOLD_AT:
            lines.append(line)
            line, gap = b"", b" "
        line += gap + word
    sent = b"\r\n".join([*lines, line, b" t="])
    return sent, _seen(sent)[1][:-2]


def _listed(names: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """The words of `h=`; each may begin a line, also in the middle of a list (RFC 6376 §3.5)."""
    words = [b"h=" + names[0], *(b":" + name for name in names[1:])]
    words[-1] += b";"
    return [(b" ", words[0]), *((b"", word) for word in words[1:])]


def _folded(code: bytes) -> bytes:
    """Base64 on lines of at most 76, the first with room for ` b=`."""
    first = FOLD_AT - 3
    rest = range(first, len(code), FOLD_AT - 1)
    return b"\r\n ".join([code[:first], *(code[at : at + FOLD_AT - 1] for at in rest)])


def _seen(line: bytes) -> tuple[bytes, bytes, bool]:
    """The name of a header line as it is written, the line as a relaxed signature sees it
    (RFC 6376 §3.4.2), and whether it is signed.
    """
    name, colon, value = line.partition(b":")
    if not colon:
        raise MailError("a header line without a colon cannot be signed")
    name = name.rstrip(b" \t")
    lower = name.lower()
    value = value.replace(b"\r\n", b"").replace(b"\t", b" ").strip(b" ")
    if b"  " in value:
        value = _SPACES.sub(b" ", value)
    return name, lower + b":" + value + b"\r\n", lower not in _NEVER


# Of lines that many variants share.
_seen_of_many = lru_cache(maxsize=256)(_seen)


@lru_cache(maxsize=64)  # all mails of a claim carry one moment
def _moment(at: datetime) -> bytes:
    if at.tzinfo is None:
        raise MailError("a signature needs an aware moment")
    return b"%d" % int(at.timestamp())
