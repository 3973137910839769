"""Another edition, as far as the dates of one are minded beside it.

Apart from what minds them, so that reading editions needs no calendar of holidays.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Other:
    """An edition in the year plan by volume and number, and when it is sent (aware)."""

    volume: int
    number: int
    send_at: datetime

    @property
    def place(self) -> tuple[int, int]:
        """Where it comes among all editions."""
        return self.volume, self.number

    @property
    def name(self) -> str:
        """How people write it, as in `20·8`."""
        return f"{self.volume}·{self.number}"
