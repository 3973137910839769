"""One session with the strict relay, up to its mails: greeting, EHLO, TLS and login."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tests.faults.journal import Journal
from tests.faults.login import MECHANISMS, Login
from tests.faults.script import EXTENSIONS, Rule, Script
from tests.faults.speaking import Speaker
from tests.faults.strict import LONGEST_COMMAND

TOO_MANY = "421 4.7.0 too many sessions"


@dataclass
class Shared:
    """What all sessions of one relay share."""

    journal: Journal
    script: Script
    keeps: bool  # whether the journal is given the octets as well
    tls: ssl.SSLContext | None = None
    is_implicit: bool = False  # TLS from the first octet on
    sessions: set["Session"] = field(default_factory=set)
    most_sessions: int = 0
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    turn: float = 0.0  # when the next mail may be answered, where the script has a rate

    def join(self, session: "Session") -> bool:
        """Count a session in; False when there are too many."""
        self.sessions.add(session)
        if len(self.sessions) > self.most_sessions:
            self.most_sessions = len(self.sessions)
            self.journal.note("sessions", count=self.most_sessions)
        return not self.script.most_sessions or len(self.sessions) <= self.script.most_sessions

    def count_at_once(self, domain: str, change: int) -> None:
        """Keep how many mails to a domain are under way at once."""
        self.at_once[domain] += change
        if self.at_once[domain] > self.most_at_once[domain]:
            self.most_at_once[domain] = self.at_once[domain]
            self.journal.note("at_once", domain=domain, count=self.at_once[domain])


class Session(asyncio.Protocol):
    """Hears commands and answers them; what mails need is added by `Conversation`."""

    def __init__(self, shared: Shared) -> None:
        self.shared, self.journal = shared, shared.journal
        self.loop = asyncio.get_running_loop()
        self.number = next(shared.numbers)
        self.mouth = Speaker(shared.journal, self.loop)
        self.buffer = bytearray()
        self.is_greeted = self.is_known = False
        self._is_secure = shared.is_implicit
        self._login: Login | None = None
        self._heard_at = 0.0
        self.handlers: dict[str, Callable[[str], None]] = {
            "EHLO": self._on_ehlo, "HELO": self._on_ehlo, "STARTTLS": self._on_starttls,
            "AUTH": self._on_auth, "NOOP": self._on_noop, "QUIT": self._on_quit,
        }

    @property
    def script(self) -> Script:
        """The script of this moment: it may be exchanged while sessions last."""
        return self.shared.script

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.mouth.transport = transport
        self._heard_at = self.loop.time()
        if self.shared.join(self):
            self.reply_by(self.find("connect"), "220 relay.example ESMTP")
        else:
            self.mouth.say(TOO_MANY, then=self.mouth.end)
        self.mouth.leave()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        self.buffer += data
        while self.mouth.transport is not None and self.read():
            pass
        self.mouth.leave()

    def connection_lost(self, error: Exception | None) -> None:
        self.forget()
        self.shared.sessions.discard(self)
        self.mouth.transport = None
        self.journal.flush()

    # Reading.

    def read(self) -> bool:
        """Take one command off the buffer; False when more of it must come first."""
        end = self.buffer.find(b"\r\n")
        if end < 0:
            if len(self.buffer) > LONGEST_COMMAND:
                self.wrong("a command without an end")
                self.mouth.break_off()
            return False
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        if b"\n" in line or b"\r" in line or len(line) + 2 > LONGEST_COMMAND:
            self.wrong("a command with a bare CR or LF, or too long")
        if self._login is not None:
            self._continue_login(line)
        else:
            self._obey(line.decode("utf-8", "replace"))
        return True

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if self.mouth.is_behind and self.is_greeted and not self.offers("PIPELINING"):
            self.wrong(f"{word} before the reply to the last command, without PIPELINING")
        handler = self.handlers.get(word.upper())
        if handler is None:
            self.refuse(f"an unknown command: {word[:20]!r}", "500 5.5.2 what?")
        else:
            handler(rest)

    # Answering.

    def find(self, step: str, recipient: str = "") -> Rule | None:
        """The rule of the script that holds now."""
        return self.script.find(step, recipient, now=self.loop.time())

    def due(self) -> float:
        """When the reply to what was just heard may leave."""
        return self._heard_at + self.script.delay

    def reply_by(
        self, rule: Rule | None, usual: str, *, due: float = 0.0,
        before: Callable[[str], Callable[[], None]] | None = None,
    ) -> str:
        """Say the usual reply or what the rule wants; what was said, empty when nothing was."""
        due = max(due, self.due())
        if rule is None:
            self.mouth.say(usual, due=due, before=before and before(usual))
            return usual
        if rule.drop:
            if before:
                before("")()
            self.mouth.break_off_at(due + rule.late) if rule.late else self.mouth.break_off()
            return ""
        said = rule.say or usual
        self.mouth.say(
            said, due=due + rule.late, drip=rule.drip, before=before and before(said),
            then=self.mouth.end if said.startswith("421") else None,
        )
        return said

    def refuse(self, what: str, reply: str) -> None:
        """Note what a client must not do, and say so."""
        self.wrong(what)
        self.mouth.say(reply, due=self.due())

    def wrong(self, what: str) -> None:
        """Note a violation; each fails the run."""
        self.journal.note("violation", what=f"session {self.number}: {what}")

    def offers(self, name: str) -> bool:
        """Whether an extension is offered at this moment."""
        if name in self.script.off:
            return False
        if name == "STARTTLS":
            return self.shared.tls is not None and not self._is_secure
        return name != "AUTH" or bool(self.script.user)

    def forget(self) -> None:
        """End the mail transaction, if one is open."""

    # Commands.

    def _on_ehlo(self, _name: str) -> None:
        self.forget()
        self.is_greeted = True
        words = {"SIZE": f"SIZE {self.script.size}", "AUTH": f"AUTH {' '.join(MECHANISMS)}"}
        lines = ["relay.example",
                 *(words.get(name, name) for name in EXTENSIONS if self.offers(name))]
        usual = "".join(f"250-{line}\r\n" for line in lines[:-1]) + f"250 {lines[-1]}"
        self.reply_by(self.find("ehlo"), usual)

    def _on_starttls(self, _rest: str) -> None:
        if not self.offers("STARTTLS"):
            self.refuse("STARTTLS, which was not offered", "454 4.7.0 no TLS")
            return
        if self.buffer:
            self.wrong("more in clear after STARTTLS")
            self.buffer.clear()
        self.mouth.say("220 2.0.0 go ahead",
                       then=lambda: self.loop.create_task(self._secure()))

    async def _secure(self) -> None:
        plain = self.mouth.transport
        assert plain is not None
        assert self.shared.tls is not None
        try:
            secured = await self.loop.start_tls(plain, self, self.shared.tls, server_side=True)
        except OSError:  # the client did not like our certificate
            self.mouth.break_off()
            return
        self.mouth.transport = secured
        self._is_secure, self.is_greeted = True, False

    def _on_auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        if not self.offers("AUTH") or mechanism.upper() not in MECHANISMS:
            self.refuse("AUTH, which was not offered", "504 5.5.4 not offered")
            return
        self._login = Login(mechanism.upper(), user=self.script.user,
                            password=self.script.password)
        if initial:
            self._continue_login(initial.encode())
        else:
            self.mouth.say(self._login.first(), due=self.due())

    def _continue_login(self, line: bytes) -> None:
        assert self._login is not None
        reply = self._login.hear(line)
        if not reply.startswith("334"):
            self.is_known, self._login = self._login.is_right, None
        self.mouth.say(reply, due=self.due())

    def _on_noop(self, _rest: str) -> None:
        self.mouth.say("250 2.0.0 ok", due=self.due())

    def _on_quit(self, _rest: str) -> None:
        self.mouth.say("221 2.0.0 bye", due=self.due(), then=self.mouth.end)
