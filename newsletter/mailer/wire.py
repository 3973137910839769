"""Wire: one conversation with the relay that never waits; it speaks as far as it can, then returns.

With PIPELINING (RFC 2920) the envelope of the next letter leaves together with the body of this
one, so a letter costs one turn of the line; with CHUNKING (RFC 3030) envelope and body leave as
one. At most one letter is offered at a time: so many can become unclear when we are killed.
"""

import contextlib
import socket
import ssl
from collections import deque
from typing import Generic, TypeVar

from newsletter import clock
from newsletter.mailer.connect import Connected
from newsletter.mailer.reply_reader import ReplyReader
from newsletter.mailer.smtp import Job, Reply, Source, Timeouts

T = TypeVar("T")

_AT_A_TIME = 65_536  # octets read in one call
_SEND_BUFFER = 262_144  # so that a whole mail leaves in one call
# A relay that thinks longer than this about a mail hears of the next only when it has answered: an
# envelope that waits so long may be unwanted by its turn, and DATA knows no way back.
_PROMPT_SECONDS = 2.0


class Wire(Generic[T]):
    """One conversation; what it reads and writes is told by `fileno` and `wants_to_write`."""

    def __init__(self, connected: Connected, timeouts: Timeouts, source: Source[T]) -> None:
        self._socket = connected.socket
        self._is_tls = isinstance(self._socket, ssl.SSLSocket)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._extensions = connected.extensions
        self._pipelines = "pipelining" in self._extensions
        self._chunks = self._pipelines and "chunking" in self._extensions
        self._size_limit = connected.size_limit
        self._timeouts = timeouts
        self._source = source
        self._replies = ReplyReader()
        self._out: list[bytes | memoryview] = []
        self._later: deque[tuple[str, bytes]] = deque()  # commands, where nothing is pipelined
        self._expected: deque[tuple[str, Job[T]]] = deque()
        self._held: Job[T] | None = None  # the relay waits for its body, and we for room
        self._needs_reset = False
        self._is_fresh = True
        self._is_prompt, self._offered_at = True, 0.0
        self.is_open = True
        self.idle_since = clock.boot_seconds()
        self.wants_to_write = False
        self._has_moved = False  # since the relay's time was last counted anew
        self._until = float("inf")

    def fileno(self) -> int:
        """The socket's number, for a selector."""
        return self._socket.fileno()

    @property
    def is_silent(self) -> bool:
        """Whether no answer is waited for: idle, or held."""
        return not self._expected

    @property
    def is_idle(self) -> bool:
        """Whether no letter is spoken of."""
        return not self._expected and self._held is None

    @property
    def is_held(self) -> bool:
        """Whether a body waits for room."""
        return self._held is not None

    def begin(self) -> None:
        """Go on with the body that waited for room, or with a letter, if there is one."""
        if not self.is_open or self._expected:
            return
        job, self._held = self._held, None
        self._announce() if job is None else self._offer(job)
        self._flush()

    def on_ready(self) -> None:
        """Hear and say what can be heard and said without waiting."""
        if self.is_open and self._listen():
            self._flush()

    def check_time(self, now: float) -> None:
        """Give up when the relay kept us waiting too long; `now` in seconds since boot."""
        if self.is_open and now > self._until:
            self._break("no answer in time")

    def close(self) -> None:
        """Say goodbye without waiting for the answer; what was offered stays unclear."""
        if self.is_open and not self._expected:
            with contextlib.suppress(OSError):
                self._socket.send(b"QUIT\r\n")
        self._break("we closed the conversation")

    # What we say.

    def _announce(self) -> None:
        """The envelope of the next letter that this relay can take; with CHUNKING its body too."""
        while (taken := self._source.next()) is not None:
            job: Job[T] = Job(*taken)
            unfit = job.letter.unfit_for(self._extensions, self._size_limit)
            if unfit is not None:
                self._source.answered(job.tag, unfit)
                continue
            if self._chunks and not self._source.may_offer(job.tag):
                self._source.returned(job.tag)
                continue
            self._say_envelope(job)
            return

    def _say_envelope(self, job: Job[T]) -> None:
        letter = job.letter
        commands = letter.envelope(self._extensions)
        if self._needs_reset:
            commands.insert(0, ("rset", b"RSET\r\n"))
            self._needs_reset = False
        if self._chunks:
            job.is_offered = True
            commands.append(("dot", b"BDAT %d LAST\r\n" % letter.size))
        else:
            commands.append(("data", b"DATA\r\n"))
        if not self._pipelines:
            self._later.extend(commands[1:])
            del commands[1:]
        for step, command in commands:
            self._out.append(command)
            self._expected.append((step, job))
        if self._chunks:
            self._out += letter.pieces

    def _say_body(self, job: Job[T]) -> None:
        job.is_offered = True
        self._out += job.letter.pieces
        self._say("dot", b".\r\n", job)
        self._offered_at = clock.boot_seconds()
        if self._pipelines and self._is_prompt:
            self._announce()

    def _say(self, step: str, words: bytes, job: Job[T]) -> None:
        """Words that are answered."""
        self._out.append(words)
        self._expected.append((step, job))

    def _flush(self) -> None:
        """Write as much as the socket takes, then wait for what is to come."""
        if self._out:
            # Copied together they cost less than handed to the socket by the hundred.
            rest: bytes | memoryview = b"".join(self._out)
            try:
                while rest:
                    rest = memoryview(rest)[self._socket.send(rest):]
                    self._has_moved = True
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                pass
            except OSError as error:
                self._break(type(error).__name__)
            self._out = [rest] if rest else []
            self.wants_to_write = bool(self._out)
        if self._has_moved:
            self._wait()

    def _wait(self) -> None:
        """From now on the relay may be silent for so long; a reply that drips in is silence."""
        self._has_moved = False
        now = clock.boot_seconds()
        if not self._expected:
            self._until, self.idle_since = float("inf"), now
            return
        is_final = self._expected[0][0] == "dot" and not self._out
        self._until = now + (self._timeouts.final if is_final else self._timeouts.step)

    # What we hear.

    def _listen(self) -> bool:
        """Whether the conversation goes on after what has come."""
        try:
            while True:
                came = self._socket.recv(_AT_A_TIME)
                if not came:
                    self._break("the relay closed the conversation")
                    return False
                self._hear(came)
                if not self.is_open:
                    return False
                if not self._is_tls:  # of TLS, what was decrypted shows in no selector
                    return True
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return self.is_open
        except OSError as error:
            self._break(type(error).__name__)
            return False

    def _hear(self, came: bytes) -> None:
        replies, amiss = self._replies.feed(came)
        for code, text in replies:
            if not self._expected:
                amiss = "the relay speaks unasked"
                break
            step, job = self._expected.popleft()
            # Most that is said to us has no more to it.
            if code != 250 or not self._expected or (step != "mail" and step != "rcpt"):
                self._heed(job, Reply(code, text, step))
                if not self.is_open:
                    return
        if amiss is not None:
            self._break(amiss)
        elif replies:
            self._has_moved = True

    def _heed(self, job: Job[T], reply: Reply) -> None:
        step, code = reply.step, reply.code
        if code == 421 and not (step == "dot" and job.is_offered):
            # It closes the channel (RFC 5321 §3.8); of a letter in hand it is the answer.
            self._source.answered(job.tag, job.refused or reply)
            self._break("421", but=job)
            return
        if step == "dot":
            self._on_end(job, reply)
        elif step == "rset" and code != 250:
            self._expected.appendleft((step, job))
            self._break("RSET refused")
        elif step == "data":
            self._on_data(job, reply)
        elif code not in (250, 251) and job.refused is None:
            job.refused = reply
        if self._expected or not self.is_open:
            return
        if self._later:
            self._say_later(job)
        if self.is_idle:
            self._announce()

    def _on_data(self, job: Job[T], reply: Reply) -> None:
        if reply.code != 354:
            self._refuse(job, job.refused or reply)
        elif job.refused is None:
            self._offer(job)
        else:
            # Nobody is to get it: end it empty, which a relay without recipients refuses.
            self._say("dot", b".\r\n", job)

    def _offer(self, job: Job[T]) -> None:
        if not self._source.has_room():
            self._held = job
        elif self._source.may_offer(job.tag):
            self._say_body(job)
        else:
            # There is no way back from DATA but to hang up before a body has been ended.
            self._source.returned(job.tag)
            self._break("not offered")

    def _on_end(self, job: Job[T], reply: Reply) -> None:
        self._is_fresh = False
        if not self._chunks:
            self._is_prompt = clock.boot_seconds() - self._offered_at < _PROMPT_SECONDS
        if job.refused is not None:
            self._refuse(job, job.refused)
            return
        self._source.answered(job.tag, reply)
        if reply.code == 421:
            self._break("421")

    def _refuse(self, job: Job[T], reply: Reply) -> None:
        self._is_fresh = False
        self._needs_reset = True
        self._source.answered(job.tag, reply)

    def _say_later(self, job: Job[T]) -> None:
        """The next command, where each waits for the answer to the one before."""
        if job.refused is not None:
            self._later.clear()
            self._refuse(job, job.refused)
            return
        self._say(*self._later.popleft(), job)

    def _break(self, reason: str, *, but: Job[T] | None = None) -> None:
        """Hang up, and tell of every letter that was spoken of what is sure of it."""
        if not self.is_open:
            return
        self.is_open = False
        with contextlib.suppress(OSError):
            self._socket.close()
        spoken_of = (*(job for _, job in self._expected), self._held)
        jobs = {id(job): job for job in spoken_of if job is not None and job is not but}
        self._held = None
        self._expected.clear()
        for place, job in enumerate(jobs.values()):
            if job.refused is not None:
                self._source.answered(job.tag, job.refused)
            elif job.is_offered:
                self._source.dropped(job.tag, reason, is_offered=True)
            elif self._is_fresh and place == 0:
                self._source.dropped(job.tag, reason, is_offered=False)
            else:
                self._source.returned(job.tag)
