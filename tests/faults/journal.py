"""The relay's journal: what it took and what it said, the only witness that a verdict believes.

In memory, and where a path is given also as lines of JSON, each in the file before the answer that
it belongs to leaves, so that it outlives the relay and whoever reads it.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Entry:
    """One mail that the relay took, with its envelope; `at` in seconds since 1970, UTC.

    `data` is the message as it was before dot-stuffing (RFC 5321 §4.5.2), empty unless it is kept.
    """

    mail_from: str
    rcpt_to: str
    data: bytes = b""
    message_id: str = ""
    sha256: str = ""
    size: int = 0
    session: int = 0
    at: float = 0.0
    since: float = 0.0  # when the first of its octets came
    place: int = -1  # where it begins in the file of mails, if it was kept there

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.data, policy=policy.default)  # type: ignore[return-value]


@dataclass(frozen=True)
class Answer:
    """How a mail transaction ended: the reply that left, and the step that it answered.

    `reply` is empty when the connection was broken instead. `rcpt_to` is empty where the recipient
    had not been named yet.
    """

    mail_from: str
    rcpt_to: str
    step: str
    reply: str
    session: int = 0
    at: float = 0.0


@dataclass
class Journal:
    """What happened, in order; safe to read from another thread while the relay writes."""

    entries: list[Entry] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    most_sessions: int = 0
    most_at_once: Counter[str] = field(default_factory=Counter)  # by the recipient's domain
    scripts: int = 0  # how often a script was read
    path: Path | None = None
    _lines: list[str] = field(default_factory=list, repr=False)
    _file: int = -1
    _place: int = 0

    def copies(self) -> Counter[str]:
        """How often each recipient was served."""
        return Counter(entry.rcpt_to for entry in list(self.entries))

    def repeats(self) -> int:
        """How many mails were second copies."""
        return sum(count - 1 for count in self.copies().values())

    def note(self, event: str, **what: Any) -> None:
        """Keep an event of now; `flush` brings it to the file."""
        what["at"] = time.time()
        self._keep(event, what)
        if self.path is not None:
            if "data" in what:
                what["place"] = self._store(what.pop("data"))
            self._lines.append(json.dumps({"event": event, **what}) + "\n")

    def flush(self) -> None:
        """Write what was noted; to be called before an answer leaves."""
        if not self._lines or self.path is None:
            return
        if self._file < 0:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._file, "".join(self._lines).encode())
        self._lines.clear()

    def refresh(self) -> Self:
        """Read what another process wrote since; half a line waits for its other half."""
        assert self.path is not None
        try:
            with self.path.open("rb") as file:
                file.seek(self._place)
                new = file.read()
        except FileNotFoundError:
            return self
        whole = new[: new.rfind(b"\n") + 1]
        self._place += len(whole)
        for line in whole.splitlines():
            what = json.loads(line)
            self._keep(what.pop("event"), what)
        return self

    def data_of(self, entry: Entry) -> bytes:
        """The octets of a mail that was kept."""
        if entry.place < 0 or self.path is None:
            return entry.data
        with self.path.with_suffix(".mails").open("rb") as file:
            file.seek(entry.place)
            return file.read(entry.size)

    def _store(self, data: bytes) -> int:
        assert self.path is not None
        with self.path.with_suffix(".mails").open("ab") as file:
            file.write(data)
            return file.tell() - len(data)

    def _keep(self, event: str, what: Mapping[str, Any]) -> None:
        if event == "taken":
            self.entries.append(Entry(**what))
        elif event == "answer":
            self.answers.append(Answer(**what))
        elif event == "violation":
            self.violations.append(what["what"])
        elif event == "sessions":
            self.most_sessions = max(self.most_sessions, what["count"])
        elif event == "at_once":
            self.most_at_once[what["domain"]] = max(
                self.most_at_once[what["domain"]], what["count"]
            )
        elif event == "script":
            self.scripts += 1


class Unremembered(Journal):
    """A journal that only writes: for a relay whose memory must not grow with what it took."""

    def _keep(self, event: str, what: Mapping[str, Any]) -> None:
        pass
