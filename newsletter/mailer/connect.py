"""Connect: a conversation with the relay opened, secured, logged in, and ready for mail (D05).

`smtplib` speaks until that point and then lets go of the socket. What goes wrong before it is one
error with plain words, which hold no password, no address and nothing that the relay said.
"""

import contextlib
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from newsletter.errors import MailError, RelayUnreachable
from newsletter.mailer.headers import to_a_label
from newsletter.values import Relay

# What OpenSSL found wrong with a certificate (X509_V_ERR_*), as an operator can act on it.
_CERTIFICATE_FAULTS = {
    9: "certificate not valid yet",
    10: "certificate expired",
    18: "certificate self-signed",
    19: "certificate of an unknown authority",
    20: "certificate of an unknown authority",
    21: "certificate of an unknown authority",
    62: "certificate of another name",
    64: "certificate of another name",
}
_TLS_FAULTS = {
    "TLSV1_ALERT_PROTOCOL_VERSION": "TLS older than 1.2",
    "UNSUPPORTED_PROTOCOL": "TLS older than 1.2",
    "WRONG_VERSION_NUMBER": "no TLS spoken",
}

# The whole may take so many times as long as one step: there are eight, most of them short.
_STEPS_AT_LENGTH = 4


@dataclass(frozen=True)
class Connected:
    """A conversation that waits for its first mail; everything said before was read.

    The socket never blocks, is inherited by no child, and delays no small packet. Over TLS it is
    an `ssl.SSLSocket`: it is to be read until it raises SSLWantReadError, since what is decrypted
    already shows in no selector; a write may take a part, and after SSLWantWriteError the same
    octets have to be offered again, whatever is added behind them. `extensions` are the keywords
    of the last EHLO in lower case (RFC 5321 §4.1.1.1); `size_limit` is what SIZE declares in
    octets, 0 when it declares none (RFC 1870 §4).
    """

    socket: socket.socket
    extensions: frozenset[str]
    size_limit: int


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Certificates checked, name and chain, by TLS 1.2 or newer.

    The chain must lead to an authority in `ca_file`, or without one to the system's. Raises
    OSError when the file cannot be read or holds no certificate.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def context_of(relay: Relay, ca_file: Path | None = None) -> ssl.SSLContext | None:
    """The same for this relay; None where its address asks for no TLS.

    To read the system's authorities takes a process 35 ms and some megabytes. Raises OSError.
    """
    return None if relay.tls == "none" else tls_context(ca_file)


def connect(
    relay: Relay, *, helo: str, seconds: float, context: ssl.SSLContext | None = None
) -> Connected:
    """Open a conversation as the relay's address says; every address of its name is tried.

    Where TLS is asked for nothing follows without it, neither login nor mail (RFC 3207 §4.1, D05).
    `seconds` is how long each step may take, and four times that the whole, even of a relay that
    drips its words; `helo` names us. Raises RelayUnreachable.
    """
    with _Limit(_STEPS_AT_LENGTH * seconds) as limit:
        try:
            opening = _Opening(
                relay, to_a_label(helo), seconds, context or context_of(relay), limit)
            return _let_go(_open(opening))
        # ValueError: a challenge that is no base64, or a hash that this machine forbids.
        except (OSError, ValueError, MailError, smtplib.SMTPException) as error:
            words = "no answer in time" if limit.is_over else _words(error)
            raise RelayUnreachable(words) from error


class _Limit:
    """Cuts a conversation off that is not ready in time: a timeout of the socket starts anew with
    each octet, and smtplib reads until a line ends.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_done = threading.Event()
        self.smtp: smtplib.SMTP | None = None
        self.is_over = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()

    def _watch(self) -> None:
        if self._is_done.wait(self._seconds):
            return
        self.is_over = True
        while not self._is_done.wait(0.1):  # it may have no socket yet
            connection = self.smtp.sock if self.smtp is not None else None
            if connection is not None:
                with contextlib.suppress(OSError):
                    # Not SSLSocket's own, which would let what follows go in clear.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


@dataclass(frozen=True)
class _Opening:
    """What a conversation is opened with."""

    relay: Relay
    helo: str
    seconds: float
    context: ssl.SSLContext | None  # None only without TLS
    limit: _Limit


class _Smtp(smtplib.SMTP):
    def __init__(self, opening: _Opening) -> None:
        opening.limit.smtp = self
        super().__init__(opening.relay.host, opening.relay.port, local_hostname=opening.helo,
                         timeout=opening.seconds)


class _Smtps(smtplib.SMTP_SSL):
    def __init__(self, opening: _Opening) -> None:
        opening.limit.smtp = self
        super().__init__(opening.relay.host, opening.relay.port, local_hostname=opening.helo,
                         timeout=opening.seconds, context=_given(opening.context))


def _open(opening: _Opening) -> smtplib.SMTP:
    relay = opening.relay
    smtp = _Smtps(opening) if relay.tls == "implicit" else _Smtp(opening)
    try:
        smtp.ehlo_or_helo_if_needed()
        if relay.tls == "starttls":
            _secure(smtp, opening.context)
        if relay.user is not None:
            smtp.login(relay.user, relay.password or "")
        _expect_silence(smtp)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _secure(smtp: smtplib.SMTP, context: ssl.SSLContext | None) -> None:
    if not smtp.has_extn("starttls"):
        raise RelayUnreachable("no STARTTLS offered")
    try:
        smtp.starttls(context=_given(context))
    except smtplib.SMTPResponseException as error:
        raise RelayUnreachable(f"STARTTLS refused with {error.smtp_code}") from error
    # What was offered in clear is forgotten (RFC 3207 §4.2).
    smtp.ehlo_or_helo_if_needed()


def _given(context: ssl.SSLContext | None) -> ssl.SSLContext:
    """Without one smtplib would speak TLS and check nothing. Raises ValueError."""
    if context is None:
        raise ValueError
    return context


def _expect_silence(smtp: smtplib.SMTP) -> None:
    """Whoever speaks unasked would be heard as the answer to our first mail."""
    assert smtp.sock is not None
    smtp.sock.setblocking(False)  # and so it stays
    said = b""
    with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
        said = smtp.file.peek(1) if smtp.file else smtp.sock.recv(1)
    if said:
        raise RelayUnreachable("the relay speaks unasked")


def _let_go(smtp: smtplib.SMTP) -> Connected:
    connection = smtp.sock
    assert connection is not None
    if smtp.file is not None:
        smtp.file.close()  # the reader only: the socket stays open
    smtp.file = smtp.sock = None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    declared = smtp.esmtp_features.get("size", "").strip()
    return Connected(
        connection, frozenset(smtp.esmtp_features), int(declared) if declared.isdigit() else 0
    )


def _words(error: Exception) -> str:
    """What went wrong, for an operator: always the same words for the same fault."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATE_FAULTS.get(error.verify_code, "certificate not trusted")
    if isinstance(error, ssl.SSLError):
        return _TLS_FAULTS.get(error.reason, "TLS failed")
    if isinstance(error, smtplib.SMTPException):
        return _words_of_protocol(error)
    if isinstance(error, UnicodeError | MailError):
        return "a user, password or host name that cannot be said"
    if isinstance(error, socket.gaierror):
        return "host name not found"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionError):
        return "connection closed by the relay"
    return "no connection"


def _words_of_protocol(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        is_final = error.smtp_code // 100 == 5
        return "wrong user or password" if is_final else f"login put off with {error.smtp_code}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "no login offered"
    if isinstance(error, smtplib.SMTPResponseException):
        if error.smtp_code < 0:
            return "no SMTP spoken"
        step = "greeting" if isinstance(error, smtplib.SMTPConnectError) else "EHLO"
        return f"{step} refused with {error.smtp_code}"
    if isinstance(error.__cause__ or error.__context__, TimeoutError):
        return "no answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "connection closed by the relay"
    return "no login offered that we know"
