"""Whether ports are free to listen on, and servers answer at the addresses that were given."""

import errno
import socket
from collections.abc import Mapping

from newsletter.reach import BROKER_PORT, DATABASE_PORT, silence


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
    ports = {"DATABASE_URL": DATABASE_PORT, "REDIS_URL": BROKER_PORT}
    servers = {"DATABASE_URL": "PostgreSQL", "REDIS_URL": "Redis or Valkey"}
    faults = []
    for name, port in ports.items():
        if name in given and (reason := silence(given[name], default_port=port)):
            faults.append(
                f"No {servers[name]} answers at {name} ({reason}): start it, or unset {name} "
                "to use the embedded one."
            )
    return faults
