"""Works that take too much, each in its way; they run in a process of their own."""

import os
import signal
import time

MEMORY = 300 * 1024 * 1024  # bytes


def echo(taken: bytes) -> bytes:
    return taken


def spin(_taken: bytes) -> bytes:
    while True:
        pass


def hoard(_taken: bytes) -> bytes:
    return str(len(bytearray(MEMORY))).encode()


def stand_still(_taken: bytes) -> bytes:
    while True:
        time.sleep(60)


def kill_itself(taken: bytes) -> bytes:
    os.kill(os.getpid(), signal.Signals[taken.decode()])
    return b""


def name_what_surrounds_it(_taken: bytes) -> bytes:
    return " ".join(os.environ).encode()


def make_a_mistake(_taken: bytes) -> bytes:
    raise ArithmeticError("een fout van ons")
