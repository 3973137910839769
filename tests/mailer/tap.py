"""A tap on the line to a relay: it keeps what the client says there, octet by octet.

The service's word that nothing was in clear is not evidence, nor is the relay's; the line is. Who
holds the line may also change what the relay says, as a man in the middle would.
"""

import contextlib
import select
import socket
import socketserver
import threading
from collections.abc import Callable
from typing import Self
from urllib.parse import quote

from tests.faults.relay import Relay

_TLS_RECORD = b"\x16\x03"  # a handshake of any version (RFC 8446 §5.1)
_MAY_BE_SEEN = (b"EHLO", b"HELO", b"NOOP", b"QUIT", b"STARTTLS")


class Tap(socketserver.ThreadingTCPServer):
    """Listens on a port of its own, on IPv4 or IPv6 loopback, and passes all on to the relay."""

    daemon_threads = True

    def __init__(
        self, relay: Relay, *, host: str = "127.0.0.1",
        alter: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self.relay, self.alter = relay, alter
        self.said: list[bytearray] = []
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), _Line)
        self.port: int = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def url(self, *, tls: str = "", user: str = "", password: str = "") -> str:
        """Its address as a setting; TLS as the relay has it unless another way is named."""
        login = f"{quote(user, '')}:{quote(password, '')}@" if user else ""
        as_it_is = self.relay.url.rpartition("=")[2]
        return f"smtp://{login}localhost:{self.port}?tls={tls or as_it_is}"

    @property
    def in_clear(self) -> bytes:
        """What anybody on the line could read of the client, on all connections."""
        return b"".join(bytes(said).partition(_TLS_RECORD)[0] for said in self.said)

    @property
    def betrayed(self) -> list[bytes]:
        """What should never be said in clear: logins, envelopes, mails."""
        return [line for line in self.in_clear.splitlines()
                if line.split(b" ")[0].upper() not in _MAY_BE_SEEN]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Line(socketserver.BaseRequestHandler):
    server: Tap
    request: socket.socket

    def handle(self) -> None:
        said = bytearray()
        self.server.said.append(said)
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.server.relay.port)) as relay,
        ):
            ends = {self.request: relay, relay: self.request}
            for end in ends:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    came = end.recv(65_536)
                    if not came:
                        return
                    if end is relay:
                        came = self.server.alter(came)
                    else:
                        said += came
                    ends[end].sendall(came)
