"""How the words of a setting become a value; what cannot be one says why."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Relay:
    """Where mail is handed over: host, port, login and how TLS is used (D05)."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: str  # none, starttls, implicit


class SendingAddress(NamedTuple):
    """An address that mail leaves from, and its host's name; an empty name means the relay's."""

    address: IPv4Address | IPv6Address
    name: str


class Rate(NamedTuple):
    """So many in so many seconds."""

    number: int
    seconds: int


def text(value: str) -> str:
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return read


def number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value) or not lowest <= int(value) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(value)

    return read


def _split(value: str) -> SplitResult:
    """An address in its parts. Raises ValueError, with words that show nothing of a password."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # read only when it is asked for
    except ValueError as error:
        raise ValueError(
            "is no address: the port must be a number, and a password's special characters "
            "percent-encoded"
        ) from error
    return parts


def database(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError("must be a postgresql:// address")
    return "postgresql+psycopg" + value[len(parts.scheme) :]


def broker(value: str) -> str:
    if _split(value).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be a redis://, rediss:// or unix:// address")
    return value


def read_relay(value: str) -> Relay:
    """The relay of an address such as `smtp://user:secret@host:587?tls=starttls`.

    TLS is required unless the address says `tls=none` (D05). Raises ValueError.
    """
    parts = _split(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be smtp://host:port?tls=starttls|implicit|none or smtps://host")
    tls = "implicit" if parts.scheme == "smtps" else "starttls"
    tls = parse_qs(parts.query).get("tls", [tls])[0]
    if tls not in ("none", "starttls", "implicit"):
        raise ValueError("tls must be starttls, implicit or none")
    if parts.scheme == "smtps" and tls != "implicit":
        raise ValueError("smtps:// means tls=implicit and no other")
    port = parts.port or {"implicit": 465, "starttls": 587, "none": 25}[tls]
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return Relay(parts.hostname, port, user, password, tls)


def certificates(value: str) -> Path | None:
    """The path of a file of certificates, or None for an empty one.

    Raises ValueError when it cannot be read or holds none: a relay must never be trusted by a
    list that was not read (D05).
    """
    if not value:
        return None
    try:
        ssl.create_default_context(cafile=value)
    except OSError as error:
        raise ValueError("must be a readable file of certificates in PEM") from error
    return Path(value)


def folder_or_none(value: str) -> Path | None:
    return None if value == "none" else Path(value)


def public_address(value: str) -> str:
    parts = _split(value)
    if not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", value) or not parts.hostname:
        raise ValueError("must be the https:// address that readers see")
    return value.rstrip("/")


def mailbox(value: str) -> str:
    if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", value):
        raise ValueError("must be a plain e-mail address")
    return value


def mailboxes(value: str) -> tuple[str, ...]:
    """Plain addresses with commas between. Raises ValueError."""
    return tuple(mailbox(part.strip()) for part in value.split(",") if part.strip())


def domain(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value):
        raise ValueError("must be a domain name")
    return value.lower()


def rate(value: str) -> Rate:
    found = re.fullmatch(r"([1-9]\d{0,8}) per (minute|hour|day)", value)
    if not found:
        raise ValueError("must be a number with a time, such as 60 per hour")
    return Rate(int(found[1]), {"minute": 60, "hour": 3600, "day": 86_400}[found[2]])


def contact(value: str) -> str:
    if value and not re.fullmatch(r"https://[^\s@]+|mailto:[^\s@<>,?]+@[^\s@<>,?]+", value):
        raise ValueError("must begin with https:// or mailto: (RFC 9116 §2.5.3)")
    return value


def named(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a name and what it does. Raises ValueError on a part without both."""
    parts = [part.strip() for part in value.split(";") if part.strip()]
    pairs = [tuple(side.strip() for side in part.partition(": ")[::2]) for part in parts]
    if not all(name and deed for name, deed in pairs):
        raise ValueError("must be name: what they do, with a semicolon between two")
    return tuple((name, deed) for name, deed in pairs)


def keys(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def sending_addresses(value: str) -> tuple[SendingAddress, ...]:
    """Addresses with commas between, each perhaps with `=host.example`. Raises ValueError."""
    found = []
    for part in keys(value):
        address, equals, name = (side.strip() for side in part.partition("="))
        try:
            found.append(SendingAddress(ip_address(address), domain(name) if equals else ""))
        except ValueError as error:
            raise ValueError("must be IP addresses with commas between, such as "
                             "192.0.2.10=mail.host.example") from error
    return tuple(found)


def loopback(value: str) -> frozenset[tuple[str, int]]:
    """Addresses of this machine with their ports, commas between. Raises ValueError."""
    found = set()
    for part in keys(value):
        try:
            parts = urlsplit(f"//{part}")
            address, port = ip_address(parts.hostname or ""), parts.port
            is_here = address.is_loopback and port is not None
        except ValueError:
            is_here = False
        if not is_here:
            raise ValueError("must be addresses of this machine with a port, such as "
                             "127.0.0.1:8080, with commas between")
        found.add((str(address), int(port or 0)))
    return frozenset(found)
