"""The codes that an app would show for the demo's logins, whose keys are no secret."""

import time

from passlib.totp import TOTP

from newsletter import clock

SECONDS = 30
LEAST_SECONDS = 3.0  # to type it and to send it


def code_of(key: str) -> str:
    """The code of this half minute for a key in base 32."""
    now = int(clock.now().timestamp())
    return str(TOTP(key=key, format="base32").generate(time=now).token)


def seconds_left() -> float:
    """How long the code of this half minute is still good."""
    return SECONDS - clock.now().timestamp() % SECONDS


def typed_code(key: str) -> str:
    """The code as somebody types it, who waits for the next one when this one is nearly over."""
    if seconds_left() < LEAST_SECONDS:
        time.sleep(seconds_left())
    return code_of(key)
