"""Whether it is attack time: the operator's switch, as each process last saw it."""

from flask import Flask, current_app

from newsletter import clock
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.switch import is_on

SEEN_FOR = 5.0  # seconds; with a slow page still within ten everywhere
_KEY = "attack_mode"


def init_app(app: Flask) -> None:
    """Begin without knowing."""
    forget(app)


def is_attack() -> bool:
    """The switch, read from PostgreSQL at most every five seconds by each process."""
    was_on, until = current_app.extensions[_KEY]
    if clock.boot_seconds() < until:
        return bool(was_on)
    now_on = is_on(SwitchName.ATTACK_MODE)
    current_app.extensions[_KEY] = now_on, clock.boot_seconds() + SEEN_FOR
    return now_on


def forget(app: Flask) -> None:
    """Look again at the next post."""
    app.extensions[_KEY] = False, 0.0
