"""Whether ports are free to listen on, and servers answer at the addresses that were given."""

import errno
import socket
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

PATIENCE_SECONDS = 3.0


def busy_ports(wanted: Mapping[str, int]) -> list[str]:
    """One line for each setting whose port on 127.0.0.1 cannot be listened on."""
    faults = []
    for name, port in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                in_use = error.errno == errno.EADDRINUSE
                reason = "is in use" if in_use else f"cannot be used ({error.strerror})"
                faults.append(f"Port {port} {reason}: set {name} to another, as {name}={port + 1}.")
    return faults


def silent_servers(given: Mapping[str, str]) -> list[str]:
    """One line for each of DATABASE_URL and REDIS_URL at which nothing listens."""
    ports = {"DATABASE_URL": 5432, "REDIS_URL": 6379}
    servers = {"DATABASE_URL": "PostgreSQL", "REDIS_URL": "Redis or Valkey"}
    faults = []
    for name, port in ports.items():
        if name in given and (reason := _silence(given[name], port)):
            faults.append(
                f"No {servers[name]} answers at {name} ({reason}): start it, or unset {name} "
                "to use the embedded one."
            )
    return faults


def _silence(address: str, default_port: int) -> str:
    """Why nothing answers there; empty when something does. Names no user and no password."""
    try:
        parts = urlsplit(address)
        host = parse_qs(parts.query).get("host", [parts.hostname or "127.0.0.1"])[0]
        port = parts.port or default_port
    except ValueError:
        return "not an address"
    path = unquote(parts.path) if parts.scheme == "unix" else ""
    if host.startswith("/"):
        path = f"{host}/.s.PGSQL.{port}"
    try:
        if path:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(PATIENCE_SECONDS)
                probe.connect(path)
        else:
            socket.create_connection((host, port), timeout=PATIENCE_SECONDS).close()
    except OSError as error:
        return f"{path or f'{host}:{port}'}: {error.strerror or error}"
    return ""
