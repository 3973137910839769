"""Watch the rush at the address forms: an alarm while more post than is usual, gone when calm."""

from datetime import datetime

from newsletter.counts import Window
from newsletter.deliveries.alarm import clear_alarm, raise_alarm

RUSH = "form_rush"
_SUBJECT = "address forms"


def knocks(seconds: int) -> Window:
    """Every post of an address form in the last `seconds`, let in or not."""
    return Window("knocks", seconds)


def watch_rush(*, knocked: int, at_most: int, now: datetime) -> None:
    """Raise the alarm above `at_most`; clear it at half of that, so that it does not flutter."""
    if knocked > at_most:
        raise_alarm(RUSH, _SUBJECT, now=now, knocked=knocked, at_most=at_most)
    elif 2 * knocked <= at_most:
        clear_alarm(RUSH, _SUBJECT, now=now)
