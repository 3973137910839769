"""Opening a conversation: TLS required, certificate checked, nothing in clear (D05)."""

import socket
import ssl
from pathlib import Path

import pytest

from newsletter.errors import RelayUnreachable
from newsletter.mailer.connect import connect, context_of, tls_context
from newsletter.values import certificates, read_relay
from tests.faults.relay import Relay
from tests.faults.script import EXTENSIONS, Script
from tests.mailer.authority import DAY, authority, self_signed
from tests.mailer.connecting import opened, refused, tapped

NAME = "localhost"
USER, PASSWORD = "newsletter", "pa55 w/rd"

BAD_CERTIFICATES = {
    "certificate of another name": lambda: authority().serving("another.example"),
    "certificate expired": lambda: authority().serving(NAME, since=-9 * DAY, until=-DAY),
    "certificate not valid yet": lambda: authority().serving(NAME, since=DAY),
    "certificate self-signed": lambda: self_signed(NAME),
    "certificate of an unknown authority": lambda: authority("Another").serving(NAME),
}


def asking_login(size: int = 1_000_000) -> Script:
    """Of a relay that takes mail from one user only."""
    return Script(user=USER, password=PASSWORD, size=size)


both_ways = pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "implicit"])


@both_ways
def test_over_tls_a_conversation_is_ready_and_nothing_was_said_in_clear(implicit: bool) -> None:
    with tapped(
        asking_login(size=12_345), tls=authority().serving(NAME), implicit=implicit
    ) as tap:
        found = opened(tap.url(user=USER, password=PASSWORD))
        with found.socket as connection:
            assert isinstance(connection, ssl.SSLSocket)
            assert connection.version() in ("TLSv1.2", "TLSv1.3")
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert connection.getblocking() is False
            assert not connection.get_inheritable()
            assert {"pipelining", "chunking", "8bitmime", "smtputf8"} <= found.extensions
            assert "starttls" not in found.extensions
            assert found.size_limit == 12_345
            connection.settimeout(5)
            connection.sendall(b"MAIL FROM:<a@a.example>\r\n")
            assert connection.recv(100).startswith(b"250 ")
    assert tap.betrayed == []
    assert tap.in_clear == (b"" if implicit else b"ehlo nieuws.example\r\nSTARTTLS\r\n")


def test_without_tls_only_when_the_address_says_so() -> None:
    with tapped(Script(off=EXTENSIONS)) as tap:
        found = opened(tap.url(tls="none"))
        with found.socket as connection:
            assert not isinstance(connection, ssl.SSLSocket)
            assert found.size_limit == 0
            assert found.extensions == frozenset()


@both_ways
@pytest.mark.parametrize("words", BAD_CERTIFICATES)
def test_a_certificate_that_proves_nothing_ends_it_before_login(
    words: str, implicit: bool
) -> None:
    with tapped(asking_login(), tls=BAD_CERTIFICATES[words](), implicit=implicit) as tap:
        assert refused(tap.url(user=USER, password=PASSWORD)) == words
    assert tap.betrayed == []


def test_a_relay_without_starttls_is_told_nothing() -> None:
    with tapped(asking_login()) as tap:
        said = refused(tap.url(tls="starttls", user=USER, password=PASSWORD))
    assert said == "no STARTTLS offered"
    assert tap.betrayed == []


def test_a_starttls_stripped_on_the_line_ends_it_before_login() -> None:
    def strip(said: bytes) -> bytes:
        return said.replace(b"STARTTLS", b"XXXXXXXX")

    with tapped(asking_login(), tls=authority().serving(NAME), alter=strip) as tap:
        assert refused(tap.url(user=USER, password=PASSWORD)) == "no STARTTLS offered"
    assert tap.betrayed == []


def test_a_relay_that_speaks_no_tls_is_not_spoken_to_without() -> None:
    with tapped() as tap:
        assert refused(tap.url(tls="implicit"), seconds=1) in (
            "no TLS spoken", "no answer in time"
        )
    assert tap.in_clear == b""


def test_tls_of_before_2008_is_refused() -> None:
    old = authority().serving(NAME)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with tapped(tls=old) as tap:
        # Whether the relay says why before it hangs up is up to the relay.
        assert refused(tap.url()) in ("TLS older than 1.2", "TLS failed")
    assert tap.betrayed == []


@pytest.mark.parametrize(
    ("password", "words"),
    [("wrong", "wrong user or password"), ("", "wrong user or password"),
     ("pa55 wörd", "a user, password or host name that cannot be said")],
)
def test_a_wrong_password_is_said_and_not_shown(password: str, words: str) -> None:
    with tapped(asking_login(), tls=authority().serving(NAME)) as tap:
        assert refused(tap.url(user=USER, password=password)) == words
    assert tap.betrayed == []


def test_a_login_that_nobody_offers_is_said() -> None:
    with tapped(tls=authority().serving(NAME)) as tap:
        assert refused(tap.url(user=USER, password=PASSWORD)) == "no login offered"


def test_an_authority_of_our_own_is_trusted_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority().pem)
    with tapped(tls=authority().serving(NAME)) as tap:
        at = read_relay(tap.url())
        with connect(at, helo="x.example", seconds=5, context=tls_context(file)).socket:
            pass
        with pytest.raises(RelayUnreachable, match="unknown authority"):
            connect(at, helo="x.example", seconds=5)
    assert certificates(str(file)) == file


def test_a_file_without_certificates_is_no_authority(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(ValueError, match="certificates in PEM"):
        certificates(str(file))
    assert certificates("") is None


def test_the_context_is_strict_whatever_the_authority() -> None:
    context = tls_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_only_where_no_tls_is_spoken_are_no_authorities_read(
    tls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take a process 35 ms and some megabytes; without them nothing would be checked."""
    with Relay() as relay, monkeypatch.context() as unread:
        unread.delattr(ssl, "create_default_context")
        connect(read_relay(relay.url), helo="x.example", seconds=5).socket.close()
    assert context_of(read_relay("smtp://localhost:25?tls=none")) is None
    needed = context_of(read_relay(f"smtp://localhost:25?tls={tls}"))
    assert needed is not None
    assert needed.verify_mode is ssl.CERT_REQUIRED
    with tapped(tls=authority().serving(NAME), implicit=tls == "implicit") as tap:
        at = read_relay(tap.url(tls=tls))
        with pytest.raises(RelayUnreachable, match="unknown authority"):
            connect(at, helo="x.example", seconds=5)
