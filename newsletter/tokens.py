"""Signed, purpose-bound tokens: derived from a row, never stored.

Layout before base64url: key id (2 bytes), purpose (1), row id (8), nonce (4), issued at in
minutes (4), HMAC-SHA-256 cut to 16 bytes (128 bits, W06, M04). 35 bytes make 47 characters, so a
token never needs to be broken over two lines of a mail. It holds no address. A token of a lasting
purpose carries 0 as its moment, so that it is the same in every mail (M04).
"""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from newsletter.addresses import identity_of
from newsletter.errors import TokenExpired, TokenInvalid

_HEAD = struct.Struct(">2sBQII")
_MAC_BYTES = 16
_URL_SAFE = bytes.maketrans(b"+/", b"-_")  # RFC 4648 §5


class Maker(Protocol):
    """Makes the token of a row; `minutes` are those since 1970, 0 for one that lasts."""

    def __call__(self, row_id: int, nonce: int = 0, minutes: int = 0) -> bytes:
        """The token, in ASCII; the same arguments give the same."""


class Purpose(StrEnum):
    """What a token opens, and nothing else."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    LEAVE_EDITIONS = "leave_editions"
    LEAVE_DIGESTS = "leave_digests"
    LEAVE_ALL = "leave_all"
    PERSONAL = "personal"
    CONFIRM_ADDRESS = "confirm_address"
    UNDO_ADDRESS = "undo_address"
    INVITATION = "invitation"
    CALENDAR = "calendar"


_CODES = {
    Purpose.CONFIRM: 1,
    Purpose.MANAGE: 2,
    Purpose.LEAVE_EDITIONS: 3,
    Purpose.LEAVE_DIGESTS: 4,
    Purpose.PERSONAL: 5,
    Purpose.CONFIRM_ADDRESS: 6,
    Purpose.UNDO_ADDRESS: 7,
    Purpose.INVITATION: 8,
    Purpose.LEAVE_ALL: 9,
    Purpose.CALENDAR: 20,
}
_PURPOSES = {code: purpose for purpose, code in _CODES.items()}


@dataclass(frozen=True)
class Opened:
    """What a token said, after its signature was found good; `issued_at` is None when lasting."""

    purpose: Purpose
    row_id: int
    nonce: int
    issued_at: datetime | None


class Signer:
    """Makes and opens tokens with the present key; opens those of earlier keys too (S15)."""

    def __init__(self, key: str, previous: Sequence[str] = ()) -> None:
        self._keys = {_key_id(k): _derive(k) for k in (*previous, key)}
        self._macs = {name: _mac_of(each) for name, each in self._keys.items()}
        self._of_tokens = {name: _mac_of(each, b"token\0") for name, each in self._keys.items()}
        self._of_uses: dict[tuple[str, str], Callable[[bytes], bytes]] = {}
        self._named = {name.hex(): name for name in self._keys}
        self._present = _key_id(key)

    @property
    def present(self) -> str:
        """The name of the present key: what a mail keeps, to be the same on every attempt (R04)."""
        return self._present.hex()

    @property
    def names(self) -> list[str]:
        """The names of all our keys, the present one last."""
        return list(self._named)

    def make(
        self,
        purpose: Purpose,
        row_id: int,
        *,
        nonce: int = 0,
        issued_at: datetime | None = None,
        key_id: str = "",
    ) -> str:
        """The token for a row; the same arguments give the same token. `issued_at` is aware.

        Under the key of that name, as long as we have it; else under the present one.
        """
        minutes = minutes_of(issued_at) if issued_at else 0
        return self.maker(purpose, key_id=key_id)(row_id, nonce, minutes).decode()

    def maker(self, purpose: Purpose, *, key_id: str = "") -> Maker:
        """What makes many tokens of one purpose, as `make` does and under the same key."""
        key = self._named.get(key_id, self._present)
        code, mac, pack = _CODES[purpose], self._of_tokens[key], _HEAD.pack

        def make(row_id: int, nonce: int = 0, minutes: int = 0) -> bytes:
            head = pack(key, code, row_id, nonce, minutes)
            return _encode(head + mac(head)[:_MAC_BYTES])

        return make

    def open(
        self,
        token: str,
        *,
        purposes: Sequence[Purpose],
        now: datetime,
        lifetime: timedelta | None = None,
    ) -> Opened:
        """What the token says. Raises TokenInvalid, or TokenExpired beyond `lifetime`."""
        raw = _decode(token)
        head, mac = raw[: _HEAD.size], raw[_HEAD.size :]
        key_id, code, row_id, nonce, minutes = _HEAD.unpack(head)
        if key_id not in self._keys or not hmac.compare_digest(
            mac, self._of_tokens[key_id](head)[:_MAC_BYTES]
        ):
            raise TokenInvalid("signature")
        purpose = _PURPOSES.get(code)
        if purpose is None or purpose not in purposes:
            raise TokenInvalid("purpose")
        issued_at = datetime.fromtimestamp(minutes * 60, UTC) if minutes else None
        if lifetime is not None and (issued_at is None or now - issued_at > lifetime):
            raise TokenExpired(purpose.value)
        return Opened(purpose, row_id, nonce, issued_at)

    def digest(self, use: str, message: bytes, *, size: int, key_id: str = "") -> bytes:
        """A keyed digest of `size` bytes for other derived names (Message-ID, return path).

        Under the key of that name, as long as we have it; else under the present one.
        """
        mac = self._of_uses.get((key_id, use))
        if mac is None:
            key = self._named.get(key_id, self._present)
            mac = self._of_uses[key_id, use] = _mac_of(self._keys[key], use.encode() + b"\0")
        return mac(message)[:size]

    def address_hashes(self, address: str) -> tuple[str, ...]:
        """The keyed hash of an address's identity under every key, the present one last.

        Hex; it recognises the address and cannot give it back (suppressions).
        """
        message = b"address\0" + identity_of(address).encode()
        return tuple(mac(message).hex() for mac in self._macs.values())

    def seeds(self, use: str) -> tuple[bytes, ...]:
        """32 bytes for a key of another kind under every key, the present one last (RFC 5869).

        HKDF-SHA-256 without salt, bound to `use`: one use says nothing of another.
        """
        present = self._keys[self._present]
        earlier = [key for key in self._keys.values() if key != present]
        return tuple(_expand(key, use) for key in (*earlier, present))


def _derive(key: str) -> bytes:
    return hashlib.sha256(b"newsletter tokens\0" + key.encode()).digest()


def _mac_of(key: bytes, beginning: bytes = b"") -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 of messages of one beginning, under a key that is digested once (RFC 2104 §4).

    A mail takes four of them. `hmac.digest` would let go of the interpreter each time, which costs
    more than the digest as soon as another thread wants it.
    """
    block = key.ljust(hashlib.sha256().block_size, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + beginning)
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def mac(message: bytes) -> bytes:
        digest, whole = inner.copy(), outer.copy()
        digest.update(message)
        whole.update(digest.digest())
        return whole.digest()

    return mac


def _expand(key: bytes, use: str) -> bytes:
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, b"newsletter " + use.encode() + b"\x01", hashlib.sha256).digest()


def _key_id(key: str) -> bytes:
    return hashlib.sha256(b"newsletter key id\0" + key.encode()).digest()[:2]


def minutes_of(moment: datetime) -> int:
    """An aware moment in whole minutes since 1970, as a token says it."""
    return int(moment.timestamp()) // 60


def _encode(raw: bytes) -> bytes:
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE).rstrip(b"=")


def _decode(token: str) -> bytes:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenInvalid("encoding") from error
    if len(raw) != _HEAD.size + _MAC_BYTES or _encode(raw) != token.encode():
        raise TokenInvalid("length")
    return raw
