"""Answers in even steps of time: no clock tells what an address is to us (W04)."""

import time
from typing import Any

from flask import Blueprint, g, request

from newsletter import clock

STEP_SECONDS = 0.1  # the deeds behind these forms differ by less
ENDPOINTS = frozenset({"reader.subscribe", "reader.ask_link"})


def init_room(room: Blueprint) -> None:
    """Hold every answer to a posted address until the next whole step since the question came."""
    room.before_request(_begin)
    room.after_request(_hold)


def _begin() -> None:
    g.asked_after_boot = clock.boot_seconds()


def _hold(response: Any) -> Any:
    if request.method == "POST" and request.endpoint in ENDPOINTS:
        taken = clock.boot_seconds() - g.asked_after_boot
        time.sleep(STEP_SECONDS - taken % STEP_SECONDS)
    return response
