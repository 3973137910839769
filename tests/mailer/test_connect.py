"""Opening a conversation: a relay that will not or cannot is told apart, in plain words."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from newsletter.errors import RelayUnreachable
from newsletter.mailer.connect import connect
from newsletter.values import Relay
from tests.mailer.authority import authority
from tests.mailer.connecting import opened, refused, tapped


@contextlib.contextmanager
def saying(*replies: bytes) -> Iterator[str]:
    """The address of a relay that says these in turn, one for each line that it hears."""

    def converse() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as heard:
                for reply in replies:
                    connection.sendall(reply)
                    heard.readline()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=converse, daemon=True)
        thread.start()
        yield f"smtp://localhost:{listening.getsockname()[1]}?tls="


@pytest.mark.parametrize(
    ("replies", "tls", "words"),
    [
        ([b"421 4.3.2 not now\r\n"], "none", "greeting refused with 421"),
        ([b"554 5.7.1 not you\r\n"], "none", "greeting refused with 554"),
        ([b"HTTP/1.1 400 Bad Request\r\n"], "none", "no SMTP spoken"),
        ([b"220 hi\r\n", b"550 no\r\n", b"550 no\r\n"], "none", "EHLO refused with 550"),
        ([b"220 hi\r\n"], "none", "connection closed by the relay"),
        ([b""], "none", "no answer in time"),
        ([b"220 hi\r\n", b"250-x\r\n"], "none", "no answer in time"),
        ([b"220 hi\r\n", b"250 x\r\n250 more\r\n"], "none", "the relay speaks unasked"),
        ([b"220 hi\r\n", b"250-x\r\n250 STARTTLS\r\n", b"454 4.7.0 no\r\n"], "starttls",
         "STARTTLS refused with 454"),
        ([b"220 hi\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n"], "starttls",
         "TLS failed"),
        ([b"220 hi\r\n", b"250 STARTTLS\r\n"], "starttls", "no STARTTLS offered"),
    ],
)
def test_a_relay_that_will_not_or_cannot_is_told_apart(
    replies: list[bytes], tls: str, words: str
) -> None:
    with saying(*replies) as url:
        assert refused(url + tls, seconds=1) == words


def test_a_relay_that_drips_its_words_keeps_nobody_for_ever() -> None:
    def drip() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                for octet in b"220 " + b"welcome " * 1_000:
                    connection.sendall(bytes([octet]))
                    time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        url = f"smtp://localhost:{listening.getsockname()[1]}?tls=none"
        assert refused(url, seconds=0.25) == "no answer in time"
    assert time.monotonic() - started < 5


def test_what_was_injected_before_tls_is_not_heard_after_it() -> None:
    context = authority().serving("localhost")

    def converse() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            connection.sendall(b"220 hi\r\n")
            connection.recv(1000)
            connection.sendall(b"250-x\r\n250 STARTTLS\r\n")
            connection.recv(1000)
            connection.sendall(b"220 go\r\n250-x\r\n250 INJECTED\r\n")
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1000)
                secure.sendall(b"250-x\r\n250 PIPELINING\r\n")
                secure.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=converse, daemon=True).start()
        url = f"smtp://localhost:{listening.getsockname()[1]}?tls=starttls"
        try:
            found = opened(url, seconds=2)
        except RelayUnreachable:
            return  # the injected words broke the handshake: just as well
        with found.socket:
            assert found.extensions == {"pipelining"}


def test_nobody_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert refused(f"smtp://localhost:{port}?tls=none") == "connection refused"


def test_a_host_that_is_no_name_is_said() -> None:
    said = "a user, password or host name that cannot be said"
    assert refused("smtp://a..b:25?tls=none") == said


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("host", ["127.0.0.1", *(["::1"] if _has_ipv6() else [])])
def test_a_relay_is_reached_on_either_family(host: str) -> None:
    with tapped(host=host) as tap:
        at = Relay(host, tap.port, None, None, "none")
        connect(at, helo="nieuws.example", seconds=5).socket.close()
    assert tap.in_clear == b"ehlo nieuws.example\r\n"


def test_our_name_is_said_as_dns_spells_it() -> None:
    with tapped() as tap:
        at = Relay("localhost", tap.port, None, None, "none")
        connect(at, helo="nieuws.münster.example", seconds=5).socket.close()
    assert tap.in_clear == b"ehlo nieuws.xn--mnster-3ya.example\r\n"
