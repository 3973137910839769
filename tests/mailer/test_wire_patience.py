"""How long a wire waits for what (R06), and to whom it speaks of the next mail already."""

import socket
from collections.abc import Iterator

import pytest

from newsletter import clock
from newsletter.mailer.connect import Connected
from newsletter.mailer.smtp import Letter, Timeouts
from newsletter.mailer.wire import Wire
from newsletter.mailer.wires import Wires
from tests.mailer.hand_over import Queue

PATIENCE = Timeouts(step=300.0, final=600.0)
LETTERS = [Letter("b@x.example", f"r{number}@y.example", [b"Subject: x\r\n\r\nhello\r\n"])
           for number in range(3)]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The relay's end, and ours."""
    relay, ours = socket.socketpair()
    with relay, ours:
        yield relay, ours


def _wire(ours: socket.socket, extensions: set[str], letters: int) -> Wire[int]:
    wire = Wire(Connected(ours, frozenset(extensions), 0), PATIENCE, Queue(LETTERS[:letters]))
    wire.begin()
    return wire


def _say(relay: socket.socket, wire: Wire[int], *words: bytes) -> None:
    for said in words:
        relay.sendall(said)
        wire.on_ready()


def _said(relay: socket.socket) -> bytes:
    relay.setblocking(False)
    found = b""
    try:
        while came := relay.recv(65_536):
            found += came
    except BlockingIOError:
        pass
    relay.setblocking(True)
    return found


@pytest.mark.parametrize("letters", [1, 2])
@pytest.mark.parametrize("extensions", [set(), {"pipelining"}, {"pipelining", "chunking"}])
def test_for_the_answer_to_the_final_dot_it_waits_longest(
    ends: tuple[socket.socket, socket.socket], extensions: set[str], letters: int
) -> None:
    relay, ours = ends
    wire = _wire(ours, extensions, letters)
    _say(relay, wire, b"250 ok\r\n", b"250 ok\r\n")
    if "chunking" not in extensions:
        assert wire._until - clock.boot_seconds() <= PATIENCE.step
        _say(relay, wire, b"354 go\r\n")
    assert PATIENCE.step < wire._until - clock.boot_seconds() <= PATIENCE.final


def test_a_relay_that_thinks_long_hears_of_the_next_only_after_its_answer(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, ours = ends
    moment = [clock.boot_seconds()]
    monkeypatch.setattr(clock, "boot_seconds", lambda: moment[0])
    wire = _wire(ours, {"pipelining"}, 3)
    _say(relay, wire, b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert _said(relay).count(b"MAIL FROM") == 2  # the next goes with the body of the first
    moment[0] += 3.0
    _say(relay, wire, b"250 taken\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    assert b"MAIL FROM" not in _said(relay)
    moment[0] += 0.1
    _say(relay, wire, b"250 taken\r\n")
    assert _said(relay).count(b"MAIL FROM") == 1


def test_a_reply_that_comes_while_the_socket_is_full_is_waited_from(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing more can be said then, but the relay was not silent; one that drips is."""
    relay, ours = ends
    moment = [clock.boot_seconds()]
    monkeypatch.setattr(clock, "boot_seconds", lambda: moment[0])
    large = Letter("b@x.example", "r@y.example", [b"x" * 4_000_000 + b"\r\n"])
    wire = Wire(Connected(ours, frozenset({"pipelining", "chunking"}), 0), PATIENCE, Queue([large]))
    wire.begin()
    assert wire.wants_to_write
    moment[0] += 100.0
    _say(relay, wire, b"250 o")
    assert wire._until - moment[0] == PATIENCE.step - 100.0
    _say(relay, wire, b"k\r\n")
    assert wire.wants_to_write
    assert wire._until - moment[0] == PATIENCE.step


class _Filling(Queue):
    """A queue that has room for a body when it is told so."""

    room = False

    def has_room(self) -> bool:
        """As it was told."""
        return self.room


def test_a_body_that_waited_for_room_goes_on_though_nothing_else_waits(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    relay, ours = ends
    source = _Filling(LETTERS[:1])
    wires = Wires(lambda: Connected(ours, frozenset({"pipelining"}), 0), at_most=1,
                  timeouts=PATIENCE, source=source)
    envelope = b""
    for _ in range(40):
        wires.turn(0.1, waiting=1)
        envelope += _said(relay)
        if envelope.endswith(b"DATA\r\n"):
            break
    relay.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    for _ in range(3):
        wires.turn(0, waiting=0)
    assert _said(relay) == b""
    source.room = True
    wires.turn(0, waiting=0)
    assert _said(relay).endswith(b"hello\r\n.\r\n")
    relay.sendall(b"250 taken\r\n")
    wires.turn(1, waiting=0)
    assert [each.text for each in source.became.values()] == ["taken"]
    wires.close()
