"""Opening a conversation as tests do it, and a relay with a tap on the line to it."""

import contextlib
import ssl
from collections.abc import Callable, Iterator

import pytest

from newsletter.errors import RelayUnreachable
from newsletter.mailer.connect import Connected, connect
from newsletter.values import read_relay
from tests.faults.relay import Relay
from tests.faults.script import Script
from tests.mailer.authority import authority
from tests.mailer.tap import Tap


def opened(url: str, *, seconds: float = 5) -> Connected:
    """A conversation with that relay, which may be sure of the tests' authority only."""
    return connect(
        read_relay(url), helo="nieuws.example", seconds=seconds, context=authority().trusting()
    )


def refused(url: str, *, seconds: float = 5) -> str:
    """The words with which no conversation comes about."""
    with pytest.raises(RelayUnreachable) as error:
        opened(url, seconds=seconds)
    return str(error.value)


@contextlib.contextmanager
def tapped(
    script: Script | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    host: str = "127.0.0.1",
    alter: Callable[[bytes], bytes] = bytes,
) -> Iterator[Tap]:
    """A relay, and a tap on the line to it."""
    with (
        Relay(script, tls=tls, is_implicit=implicit) as relay,
        Tap(relay, host=host, alter=alter) as tap,
    ):
        yield tap
