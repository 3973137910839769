"""Between a worker and PostgreSQL: a proxy that loses the answers to commits (R11)."""

import asyncio
import contextlib
import random
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from sqlalchemy.engine import make_url

SOCKET = ".s.PGSQL.5432"
_LENGTH = struct.Struct("!I")
_WRITES = b"insert into attempts"
# In this time the server has committed, whether or not anybody hears of it.
_COMMITS_WITHIN = 0.3


class Watched:
    """What a client says, message by message, as far as its commits go (protocol 3.0, §54.7)."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._is_started = False
        self._in_transaction = False
        self._writers: set[bytes] = set()  # the names of statements that write outcomes
        self._writes = False

    def hears_commit(self, data: bytes) -> bool:
        """Whether what was said ends a transaction that wrote something, or may have."""
        self._buffer += data
        return sum(self._is_commit(kind, body) for kind, body in self._messages()) > 0

    def _messages(self) -> Iterator[tuple[bytes, bytes]]:
        while True:
            head = 5 if self._is_started else 4
            if len(self._buffer) < head:
                return
            (length,) = _LENGTH.unpack_from(self._buffer, head - 4)
            if len(self._buffer) < head - 4 + length:
                return
            kind = bytes(self._buffer[: head - 4])
            body = bytes(self._buffer[head : head - 4 + length])
            del self._buffer[: head - 4 + length]
            if self._is_started:
                yield kind, body
            self._is_started = True

    def _is_commit(self, kind: bytes, body: bytes) -> bool:
        """A COMMIT, or the end of a statement that commits by itself."""
        match kind:
            case b"Q":
                word = body.upper()
                self._in_transaction = word.startswith(b"BEGIN")
                return word.startswith(b"COMMIT")
            case b"P":
                name, _, query = body.partition(b"\0")
                (self._writers.add if _WRITES in query else self._writers.discard)(name)
            case b"B":
                _, _, rest = body.partition(b"\0")
                self._writes = rest.partition(b"\0")[0] in self._writers
            case b"S":
                writes, self._writes = self._writes, False
                return writes and not self._in_transaction
        return False


class Between:
    """Listens in a folder of its own; cuts some connections right behind a commit.

    Half of these the server has surely answered, and the answer is thrown away; of the others
    nobody knows whether it was faster.
    """

    def __init__(self, folder: Path, database_url: str, *, seed: int, chance: float, most: int):
        self._url = make_url(database_url)
        self._folder = folder
        self._dice = random.Random(seed)
        self._chance, self._most = chance, most
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_armed = False
        self.cuts = 0

    @property
    def url(self) -> str:
        """The database's address by way of here."""
        return self._url.set(query={"host": str(self._folder)}).render_as_string(False)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_unix_server(self._on_client, self._folder / SOCKET))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))

    async def _on_client(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        try:
            server, to_server = await asyncio.open_unix_connection(
                f"{self._url.query['host']}/{SOCKET}")
        except OSError:
            to_client.transport.abort()
            return
        answers = self._loop.create_task(_carry(server, to_client))
        self._tasks.add(answers)
        answers.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError):
            await self._carry_commands(client, to_client, to_server, answers)
        answers.cancel()
        to_client.transport.abort()
        to_server.close()

    async def _carry_commands(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter,
        to_server: asyncio.StreamWriter, answers: asyncio.Task[None],
    ) -> None:
        watched = Watched()
        while data := await client.read(65536):
            if watched.hears_commit(data) and self._wants_to_cut():
                answers.cancel()  # whatever is answered from now on, nobody hears it
                to_server.write(data)
                await to_server.drain()
                self.cuts += 1
                if self.cuts % 2:
                    to_client.transport.abort()
                await asyncio.sleep(0 if self.cuts % 2 else _COMMITS_WITHIN)
                return
            to_server.write(data)
            await to_server.drain()

    def _wants_to_cut(self) -> bool:
        return (self.is_armed and self.cuts < self._most
                and self._dice.random() < self._chance)


async def _carry(server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await server.read(65536):
            to_client.write(data)
            await to_client.drain()
    to_client.close()
