"""A web server on loopback that misbehaves as it is told, byte for byte."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Answer = Callable[[socket.socket, Event], None]


class Rude:
    """Answers each path as `answers` says; `heard` keeps what was asked, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | bytes] = {}
        self.heard: list[str] = []
        self._stop = Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads: list[Thread] = []

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def here(self) -> frozenset[tuple[str, int]]:
        """This server, as the setting names it."""
        return frozenset({("127.0.0.1", self.port)})

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @contextmanager
    def running(self) -> Iterator["Rude"]:
        accepting = Thread(target=self._accept, daemon=True)
        accepting.start()
        try:
            yield self
        finally:
            self._stop.set()
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            for thread in (accepting, *self._threads):
                thread.join(5)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            asked = b""
            while b"\r\n\r\n" not in asked:
                if not (more := connection.recv(65_536)):
                    return
                asked += more
            self.heard.append(asked.decode("latin-1"))
            answer = self.answers.get(asked.split(b" ")[1].decode(), reply(b"", status="404 No"))
            if callable(answer):
                answer(connection, self._stop)
            else:
                connection.sendall(answer)


def reply(
    body: bytes, *, status: str = "200 OK", kind: str = "application/rss+xml", **headers: str
) -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}",
             "Connection: close",
             *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(target: str) -> bytes:
    return reply(b"", status="302 Found", Location=target, Set_Cookie="spoor=1")


def drip(head: bytes, drop: bytes) -> Answer:
    """The head, then a drop every 50 ms, until nobody listens."""

    def answer(connection: socket.socket, stop: Event) -> None:
        connection.sendall(head)
        while not stop.wait(0.05):
            connection.sendall(drop)

    return answer


def endless(head: bytes) -> Answer:
    """The head, then as much as is taken."""

    def answer(connection: socket.socket, stop: Event) -> None:
        connection.sendall(head)
        while not stop.is_set():
            connection.sendall(b"x" * 65_536)

    return answer
