"""The rule of what is due, as a child would apply it: article by article and reader by reader.

It remembers what was done and believes of the service nothing but which mails were handed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WEEKLY, MONTHLY, NONE = "weekly", "monthly", "none"
Mail = tuple[int, frozenset[int]]  # who got it, and the articles that it gives her


@dataclass
class Piece:
    """An article; `themes` since when it has each."""

    released_at: datetime
    themes: dict[int, datetime] = field(default_factory=dict)


@dataclass
class Person:
    """A reader; `themes` since when she follows each."""

    confirmed_at: datetime
    cadence: str
    editions: bool
    themes: dict[int, datetime]
    returned_at: datetime | None = None
    paused_from: datetime | None = None
    paused_until: datetime | None = None
    had: dict[int, frozenset[int]] = field(default_factory=dict)  # by delivery, while it counts

    def covered(self) -> frozenset[int]:
        """What her mails gave her."""
        return frozenset().union(*self.had.values())

    def is_paused(self, at: datetime) -> bool:
        """Whether she gets nothing at this moment."""
        return self.paused_until is not None and self.paused_until > at


@dataclass
class Rule:
    """Everything that was done so far."""

    pieces: dict[int, Piece] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    minimum: dict[str, int] = field(default_factory=lambda: {WEEKLY: 1, MONTHLY: 1})

    def due(self, person: Person, cutoff: datetime) -> frozenset[int]:
        """What is due to her at a cut-off, delivered or not yet."""
        return frozenset(
            number for number, piece in self.pieces.items()
            if number not in person.covered() and self._falls_due(piece, person, cutoff)
        )

    def mails(self, cadence: str, cutoff: datetime) -> Iterator[Mail]:
        """The mails that a slot owes, and to whom."""
        for number, person in self.people.items():
            if person.cadence == cadence and not person.is_paused(cutoff):
                due = self.due(person, cutoff)
                if len(due) >= max(1, self.minimum[cadence]):
                    yield number, due

    def _falls_due(self, piece: Piece, person: Person, cutoff: datetime) -> bool:
        moments = [piece.released_at, person.confirmed_at,
                   person.returned_at or person.confirmed_at]
        return any(
            max(*moments, given, person.themes[theme]) <= cutoff
            for theme, given in piece.themes.items() if theme in person.themes
        )


def soon(moment: datetime) -> datetime:
    """A moment later than another, and before anything else happens."""
    return moment + timedelta(seconds=1)
