"""Whether something listens at the address of a server; nothing is said to it."""

import socket
from urllib.parse import parse_qs, unquote, urlsplit

PATIENCE_SECONDS = 3.0
DATABASE_PORT, BROKER_PORT = 5432, 6379


def silence(address: str, *, default_port: int) -> str:
    """Why nothing answers there; empty when something does. Names no user and no password.

    Empty as well when a database's address names no host: then its client library knows where.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or default_port
        hosts = parse_qs(parts.query).get("host", [parts.hostname or ""])[0].split(",")
    except ValueError:
        return "not an address"
    if parts.scheme == "unix":
        return _socket_silence(unquote(parts.path))
    said = [_silence_of(host, port) for host in hosts if host]
    return said[-1] if said and all(said) else ""


def _silence_of(host: str, port: int) -> str:
    if host.startswith("/"):
        return _socket_silence(f"{host}/.s.PGSQL.{port}")
    try:
        socket.create_connection((host, port), timeout=PATIENCE_SECONDS).close()
    except OSError as error:
        return f"{host}:{port}: {error.strerror or error}"
    return ""


def _socket_silence(path: str) -> str:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(PATIENCE_SECONDS)
        try:
            probe.connect(path)
        except OSError as error:
            return f"{path}: {error.strerror or error}"
    return ""
