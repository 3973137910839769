"""The mails of one session: envelope, body by DATA or BDAT, and the answer that counts."""

import hashlib
import time
from functools import partial
from typing import NamedTuple

from tests.faults.script import OK, Rule
from tests.faults.session import Session, Shared
from tests.faults.strict import (
    Envelope,
    faults_of_message,
    message_id_of,
    read_mail,
    read_rcpt,
    unstuffed,
)


class Chunk(NamedTuple):
    """A piece of a body that BDAT announced (RFC 3030)."""

    octets: int
    is_last: bool


class Conversation(Session):
    """Takes mails, one recipient each, and journals them before it says so."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._envelope: Envelope | None = None
        self._was_refused = False  # what was pipelined behind a refusal may still come
        self._body: Chunk | None = None  # what is on its way; of DATA no size is known
        self._is_data = False
        self._so_far = bytearray()
        self._scanned = 0
        self._since = 0.0  # when the first octet of the body came
        self._has_dots = False  # at the beginning of a line
        self._cut_at = 0  # break the connection once so much of the body has come
        self._turn = 0.0  # when this session may answer its next mail
        self.handlers |= {
            "MAIL": self._on_mail, "RCPT": self._on_rcpt, "DATA": self._on_data,
            "BDAT": self._on_bdat, "RSET": self._on_rset,
        }

    def connection_lost(self, error: Exception | None) -> None:
        if self._is_data or self._body is not None:
            self.journal.note("cut", session=self.number, rcpt_to=self._recipient)
        super().connection_lost(error)

    def forget(self) -> None:
        if self._envelope is not None and self._envelope.rcpt_to:
            self.shared.count_at_once(self._envelope.domain, -1)
        self._envelope, self._body = None, None
        self._is_data = self._was_refused = self._has_dots = False
        self._so_far.clear()
        self._scanned = self._cut_at = 0
        self._since = 0.0

    @property
    def _recipient(self) -> str:
        return self._envelope.rcpt_to if self._envelope else ""

    # Envelope.

    def _on_mail(self, rest: str) -> None:
        envelope = read_mail(rest)
        if envelope is None or not self.is_greeted or self._envelope is not None:
            self.refuse(f"MAIL out of order or misspelt: {rest!r}", "503 5.5.1 not now")
            return
        self.forget()
        rule = self.find("mail")
        wrong = [name for name in envelope.needs if not self.offers(name)]
        for name in wrong:
            self.wrong(f"MAIL with what {name} allows, which was not offered")
        if not envelope.mail_from.isascii() and not envelope.is_utf8:
            self.wrong("an address with 8-bit octets without SMTPUTF8")
        if wrong:
            rule = Rule("mail", say="555 5.5.4 not offered")
        elif self.script.user and not self.is_known:
            rule = Rule("mail", say="530 5.7.0 log in first")
        elif envelope.size > self.script.size:
            rule = Rule("mail", say="552 5.3.4 too big")
        self._envelope = envelope
        if self._step("mail", rule, "250 2.1.0 ok"):
            self._envelope = None

    def _on_rcpt(self, rest: str) -> None:
        address = read_rcpt(rest)
        if address is None or (self._envelope is None and not self._was_refused):
            self.refuse(f"RCPT out of order or misspelt: {rest!r}", "503 5.5.1 not now")
            return
        if self._envelope is None or self._was_refused:
            self.mouth.say("503 5.5.1 refused before", due=self.due())
            return
        if self._envelope.rcpt_to:
            self.refuse("two recipients in one mail", "452 4.5.3 one at a time")
            return
        if not address.isascii() and not self._envelope.is_utf8:
            self.wrong("an address with 8-bit octets without SMTPUTF8")
        self._envelope.rcpt_to = address
        self.shared.count_at_once(self._envelope.domain, 1)
        self._step("rcpt", self.find("rcpt", address), "250 2.1.5 ok")

    def _on_data(self, _rest: str) -> None:
        if not self._recipient and not self._was_refused:
            self.refuse("DATA out of order", "503 5.5.1 not now")
            return
        if self._was_refused:
            self.mouth.say("554 5.5.1 no valid recipients", due=self.due())
            return
        if self.buffer:
            self.wrong("more behind DATA before it was answered")
        if not self._step("data", self.find("data", self._recipient), "354 go on"):
            self._is_data = True
            self._plan_cut()

    def _on_bdat(self, rest: str) -> None:
        size, _, last = rest.partition(" ")
        if not size.isdecimal() or last.upper() not in ("", "LAST") or (
            not self._recipient and not self._was_refused
        ):
            self.refuse(f"BDAT out of order or misspelt: {rest!r}", "503 5.5.1 not now")
            self.mouth.break_off()  # what follows is a body, not commands
            return
        if not self.offers("CHUNKING"):
            self.wrong("BDAT, which was not offered")
        if not self._so_far:
            self._plan_cut()
        self._body = Chunk(int(size), last != "")

    def _on_rset(self, _rest: str) -> None:
        self.forget()
        self.mouth.say("250 2.0.0 ok", due=self.due())

    def _step(self, step: str, rule: Rule | None, usual: str) -> bool:
        """Answer a step before the body; whether that ended the mail's way."""
        is_end = rule is not None and (rule.drop or rule.say[:1] not in ("", "2", "3"))
        self._conclude(step, rule, usual) if is_end else self.reply_by(rule, usual)
        self._was_refused = self._was_refused or is_end
        return is_end

    def _conclude(self, step: str, rule: Rule | None, usual: str, *, due: float = 0.0) -> None:
        """Give an answer that decides about a mail; it is noted just before it leaves."""
        envelope = self._envelope
        assert envelope is not None
        note = partial(self.journal.note, "answer", session=self.number, step=step,
                       mail_from=envelope.mail_from, rcpt_to=envelope.rcpt_to)
        self.reply_by(rule, usual, due=due, before=lambda reply: partial(note, reply=reply))

    # Body.

    def read(self) -> bool:
        if self._cut_at and len(self.buffer) + len(self._so_far) >= self._cut_at:
            self._conclude("body", Rule("body", drop=True), "")
            return False
        if self._body is None and not self._is_data:
            return super().read()
        if self.buffer and not self._since:
            self._since = time.time()
        return self._read_data() if self._body is None else self._read_chunk(self._body)

    def _read_data(self) -> bool:
        if self.buffer and self.mouth.is_behind and not self._scanned:
            self.wrong("a body before the reply to DATA")
        end = self._find_end()
        if end is None:
            return False
        data, is_stuffed = bytes(self.buffer[:end]), True
        del self.buffer[: end + len(b".\r\n")]
        if self._has_dots:
            data, is_stuffed = unstuffed(data)
        if not is_stuffed:
            self.wrong("a line that begins with a dot which was not doubled")
        self._take_in(data)
        return True

    def _find_end(self) -> int | None:
        """Where the line with the final dot begins; None when it has not come yet.

        One search for both the final dot and doubled ones: most of the relay's time goes here.
        """
        if not self._scanned and self.buffer.startswith(b"."):
            if self.buffer.startswith(b".\r\n"):
                return 0
            self._has_dots = True
        place = max(0, self._scanned - 4)
        while (place := self.buffer.find(b"\r\n.", place)) >= 0:
            if self.buffer.startswith(b"\r\n", place + 3):
                return place + 2
            self._has_dots = self._has_dots or len(self.buffer) >= place + 5
            place += 3
        self._scanned = len(self.buffer)
        return None

    def _read_chunk(self, chunk: Chunk) -> bool:
        if len(self.buffer) < chunk.octets:
            return False
        self._so_far += self.buffer[: chunk.octets]
        del self.buffer[: chunk.octets]
        self._body = None
        if self._was_refused:
            self.mouth.say("503 5.5.1 refused before", due=self.due())
        elif chunk.is_last:
            self._take_in(bytes(self._so_far))
        else:
            self.mouth.say(f"250 2.0.0 {chunk.octets} octets", due=self.due())
        return True

    def _plan_cut(self) -> None:
        rule = self.find("body", self._recipient)
        self._cut_at = max(1, rule.octets) if rule is not None and rule.drop else 0

    def _take_in(self, data: bytes) -> None:
        """The mail is complete: journal it and answer, or not."""
        envelope = self._envelope
        assert envelope is not None
        for fault in faults_of_message(data, envelope):
            self.wrong(fault)
        rule = self.find("dot", envelope.rcpt_to)
        if len(data) > self.script.size:
            rule = Rule("dot", say="552 5.3.4 too big")
        if rule is None or rule.takes:
            self.journal.note(
                "taken", session=self.number, mail_from=envelope.mail_from,
                rcpt_to=envelope.rcpt_to, message_id=message_id_of(data), size=len(data),
                sha256=hashlib.sha256(data).hexdigest(), since=self._since,
                **({"data": data} if self.shared.keeps else {}),
            )
        self._conclude("dot", rule, OK, due=self._turn_to_answer())
        self.forget()

    def _turn_to_answer(self) -> float:
        """When the answer to a mail may leave, by the pace of this session and of the relay."""
        now = self.loop.time()
        if self.script.pace:
            self._turn = max(now, self._turn) + self.script.pace
        if self.script.rate:
            self.shared.turn = max(now, self.shared.turn) + 1 / self.script.rate
        return max(self._turn, self.shared.turn)
