"""A relay or a machine that fails in a way of its own stops no worker silently."""

import socket
import threading

import pytest

from newsletter.errors import RelayUnreachable
from newsletter.mailer.connect import Connected, connect
from newsletter.mailer.smtp import Timeouts
from newsletter.mailer.wires import Wires
from newsletter.values import read_relay
from tests.mailer.hand_over import Queue


def _ask_nonsense(server: socket.socket) -> None:
    client, _ = server.accept()
    with client, client.makefile("rb") as heard:
        client.sendall(b"220 hi\r\n")
        for line in heard:
            if line.upper().startswith(b"EHLO"):
                client.sendall(b"250-hi\r\n250 AUTH CRAM-MD5\r\n")
            elif line.upper().startswith(b"AUTH"):
                client.sendall(b"334 not*base64=\r\n")
            else:
                client.sendall(b"500 no\r\n")


def test_a_challenge_that_means_nothing_is_a_fault_of_the_relay() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        asking = threading.Thread(target=_ask_nonsense, args=(server,))
        asking.start()
        port = server.getsockname()[1]
        with pytest.raises(RelayUnreachable):
            connect(read_relay(f"smtp://u:p@127.0.0.1:{port}?tls=none"), helo="x.example",
                    seconds=3)
        asking.join(5)


def test_a_fault_of_ours_while_a_conversation_is_opened_is_told(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def broken() -> Connected:
        raise ValueError("unsupported")

    wires = Wires(broken, at_most=2, timeouts=Timeouts(1, 1), source=Queue([]))
    for _ in range(10):
        wires.turn(0.05, waiting=5)
    assert wires.refusal is not None
    wires.close()
