"""A conversation with the relay that lasts: connect once, hand over ready bytes, hear each answer.

`smtplib` does the protocol; only the body goes around its `data`, which would scan and copy every
message again: ours are encoded so that no line begins with a dot (RFC 5321 §4.5.2).
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from newsletter.errors import RelayDropped, RelayUnreachable
from newsletter.values import Relay

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


@dataclass(frozen=True)
class Reply:
    """What the relay answered, and to which step: mail, rcpt, data or dot."""

    code: int
    text: str
    step: str

    @property
    def is_accepted(self) -> bool:
        """250 to the final dot: the relay took the mail (RFC 5321 §4.2.5)."""
        return self.step == "dot" and self.code // 100 == 2

    @property
    def is_final(self) -> bool:
        """5xx: trying again is of no use."""
        return self.code // 100 == 5

    @property
    def codes(self) -> str:
        """The code with its enhanced status code if it has one (RFC 3463), as `550 5.1.1`."""
        found = _ENHANCED.match(self.text)
        return f"{self.code} {found[1]}" if found else str(self.code)


@dataclass(frozen=True)
class Letter:
    """One message and its envelope; `data` has CRLF line ends, and no line begins with a dot."""

    mail_from: str
    rcpt_to: str
    data: bytes
    needs_smtputf8: bool = False


@dataclass(frozen=True)
class Timeouts:
    """Seconds for a step, and for the answer to the final dot (RFC 5321 §4.5.3.2, R06)."""

    step: float
    final: float


class Session:
    """One persistent connection to the relay, opened when first needed."""

    def __init__(self, relay: Relay, timeouts: Timeouts, *, helo: str | None = None) -> None:
        self._relay = relay
        self._timeouts = timeouts
        self._helo = helo
        self._smtp: smtplib.SMTP | None = None
        self._handed_over = 0

    def open(self) -> None:
        """Connect, secure and log in, unless that is done. Raises RelayUnreachable.

        TLS is required as the relay's address says; there is no silent fall back (D05).
        """
        if self._smtp is not None:
            return
        try:
            self._smtp = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise RelayUnreachable(_words(error)) from error
        self._handed_over = 0

    def deliver(self, letter: Letter) -> Reply:
        """Hand over one letter and hear what the relay says.

        Raises RelayUnreachable when no conversation could begin, and RelayDropped when it broke;
        its `offered` is true from the first byte of the body on. A connection that the relay
        closed while it lay idle is opened anew once, since nothing was offered on it.
        """
        is_fresh = self._smtp is None
        self.open()
        try:
            return self._offer(letter)
        except RelayDropped as dropped:
            self.close()
            if dropped.offered or is_fresh:
                raise
        self.open()
        try:
            return self._offer(letter)
        except RelayDropped:
            self.close()
            raise

    def close(self) -> None:
        """Say goodbye if the relay still listens; never raises."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(2)
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        relay, seconds = self._relay, self._timeouts.step
        smtp: smtplib.SMTP
        if relay.tls == "implicit":
            smtp = smtplib.SMTP_SSL(
                relay.host, relay.port, local_hostname=self._helo, timeout=seconds,
                context=ssl.create_default_context(),
            )
        else:
            smtp = smtplib.SMTP(
                relay.host, relay.port, local_hostname=self._helo, timeout=seconds
            )
        try:
            smtp.ehlo_or_helo_if_needed()
            if relay.tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if relay.user is not None:
                smtp.login(relay.user, relay.password or "")
            if smtp.sock is not None:
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _offer(self, letter: Letter) -> Reply:
        smtp = self._smtp
        assert smtp is not None
        offered = False
        try:
            if letter.needs_smtputf8 and not smtp.has_extn("smtputf8"):
                return Reply(550, "5.6.7 the relay does not take this address", "mail")  # RFC 6531
            options = [f"SIZE={len(letter.data)}"] if smtp.has_extn("size") else []
            if letter.needs_smtputf8:
                options.append("SMTPUTF8")
                smtp.command_encoding = "utf-8"
            reply = Reply(*_decoded(smtp.mail(letter.mail_from, options)), "mail")
            if reply.code != 250:
                return self._refused(reply)
            reply = Reply(*_decoded(smtp.rcpt(letter.rcpt_to)), "rcpt")
            if reply.code not in (250, 251):
                return self._refused(reply)
            reply = Reply(*_decoded(smtp.docmd("DATA")), "data")
            if reply.code != 354:
                return self._refused(reply)
            assert smtp.sock is not None
            offered = True
            smtp.sock.sendall(letter.data + b".\r\n")
            smtp.sock.settimeout(self._timeouts.final)
            reply = Reply(*_decoded(smtp.getreply()), "dot")
            smtp.sock.settimeout(self._timeouts.step)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise RelayDropped(_words(error), offered=offered) from error
        finally:
            smtp.command_encoding = "ascii"
        self._handed_over += 1
        if reply.code == 421:
            self.close()
        return reply

    def _refused(self, reply: Reply) -> Reply:
        """Leave the conversation fit for the next letter after a refusal before the body."""
        assert self._smtp is not None
        if reply.code == 421 or self._smtp.rset()[0] != 250:
            self.close()
        return reply


def _decoded(answer: tuple[int, bytes]) -> tuple[int, str]:
    code, text = answer
    if code == -1:
        raise smtplib.SMTPServerDisconnected("an answer that is not SMTP")
    return code, text.decode("utf-8", "replace").replace("\n", " ")


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
