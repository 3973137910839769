"""A recording relay that misbehaves on demand, and keeps a journal of its own.

What counts is what stands in the journal: the relay's word, never the service's.
"""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 2.0.0 taken"


@dataclass(frozen=True)
class Entry:
    """One mail that the relay took, with its envelope."""

    mail_from: str
    rcpt_to: str
    data: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.data, policy=policy.default)  # type: ignore[return-value]


@dataclass
class Journal:
    """What the relay took, in order; safe to read while it writes."""

    entries: list[Entry] = field(default_factory=list)
    offers: Counter[str] = field(default_factory=Counter)

    def copies(self) -> Counter[str]:
        """How often each recipient was served."""
        return Counter(entry.rcpt_to for entry in list(self.entries))

    def repeats(self) -> int:
        """How many mails were second copies."""
        return sum(count - 1 for count in self.copies().values())


class Relay:
    """Listens on a port of its own; `answer` decides what it says to each offered mail.

    `answer(recipient, times offered)` gives the reply to the final dot; a reply that begins with
    4 or 5 is not journalled as taken. "drop" breaks the connection instead, after the mail was
    journalled ("drop after") or before ("drop before"). `refuse(recipient)` may give a reply to
    RCPT. `pace` is how many seconds each mail takes.
    """

    def __init__(
        self,
        *,
        pace: float = 0.0,
        answer: Callable[[str, int], str] | None = None,
        refuse: Callable[[str], str | None] | None = None,
    ) -> None:
        self.journal = Journal()
        self.pace = pace
        self._answer = answer or (lambda _recipient, _times: OK)
        self._refuse = refuse or (lambda _recipient: None)
        self._lock = threading.Lock()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """Its address as a setting."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        refusal = self._refuse(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.pace:
            await asyncio.sleep(self.pace)
        recipient = envelope.rcpt_tos[0]
        data = envelope.content
        assert isinstance(data, bytes)
        with self._lock:
            self.journal.offers[recipient] += 1
            said = self._answer(recipient, self.journal.offers[recipient])
            if said[:1] == "2" or said == "drop after":
                self.journal.entries.append(Entry(envelope.mail_from or "", recipient, data))
        if said.startswith("drop"):
            assert server.transport is not None
            server.transport.abort()
        return said if not said.startswith("drop") else OK


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True, data_size_limit=10_000_000)
