"""The log that a relay writes beside its journal, in Postfix's words: what our service may read."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.journal import Unremembered


class Logging(Unremembered):
    """A journal that also writes the log, each line before the answer it belongs to leaves."""

    def __init__(self, *, path: Path, log: Path) -> None:
        super().__init__(path=path)
        self._log = log.open("a", encoding="ascii", buffering=1)
        self._mails = 0
        self._say("postfix-script", 1, "starting the Postfix mail system")

    def note(self, event: str, **what: Any) -> None:
        """Keep an event, and say in the log what a Postfix would have said of it."""
        super().note(event, **what)
        pid = what.get("session", 0)
        if event in ("taken", "cut"):
            self._mails += 1
            queue_id = f"4ABC{self._mails:06X}"
            self._say("smtpd", pid, f"{queue_id}: client=localhost[127.0.0.1]")
            if event == "cut":
                self._say("smtpd", pid, "lost connection after DATA (999 bytes) from "
                                        "localhost[127.0.0.1]")
                return
            self._say("cleanup", pid, f"{queue_id}: message-id={what['message_id']}")
            self._say("qmgr", 1, f"{queue_id}: from=<{what['mail_from']}>, size={what['size']}, "
                                 "nrcpt=1 (queue active)")

    def _say(self, daemon: str, pid: int, text: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        self._log.write(f"{at} mx postfix/{daemon}[{pid}]: {text}\n")
