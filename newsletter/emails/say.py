"""Numbers, days and lists in words, as a person would write them in a mail."""

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace

from newsletter.mailer.plain import one_line


class Say:
    """Says things in one language with the words that all mails share."""

    def __init__(self, language: str, words: SimpleNamespace) -> None:
        self._language = language
        self._words = words

    def number(self, count: int) -> str:
        """The number in a word up to twelve, in figures above."""
        numbers: list[str] = self._words.numbers
        return numbers[count] if 0 <= count < len(numbers) else str(count)

    def day(self, day: date) -> str:
        """`dinsdag 12 juni 2018`, `Tuesday 12 June 2018`."""
        weekday: str = self._words.weekdays[day.weekday()]
        return f"{weekday} {day.day} {self.month(day)} {day.year}"

    def month(self, day: date) -> str:
        """The month's name."""
        name: str = self._words.months[day.month - 1]
        return name

    def week(self, day: date) -> int:
        """The week's number (ISO 8601)."""
        return day.isocalendar().week

    def all_of(self, things: Sequence[str]) -> str:
        """`data, leiderschap en innovatie`."""
        if len(things) < 2:
            return "".join(things)
        return f"{', '.join(things[:-1])} {self._words.and_} {things[-1]}"

    def themes(self, names: Sequence[str], most: int = 99) -> str:
        """Theme names in a sentence; beyond `most` the rest is counted."""
        shown = [self._within(name) for name in names]
        if len(shown) <= most:
            return self.all_of(shown)
        left = len(shown) - most + 1
        return self.all_of([*shown[: most - 1], self._words.more_themes.format(self.number(left))])

    def kind(self, kind: str) -> str:
        """What sort of piece an article is."""
        name: str = getattr(self._words.article_kinds, kind, kind.capitalize())
        return name

    def shorten(self, text: str, most: int) -> str:
        """The text, cut after a word when it is longer than `most` characters."""
        line = one_line(text)
        if len(line) <= most:
            return line
        words = line[: most - 1].split(" ")[:-1] or [line[: most - 1]]
        # A cut after "in" or "en" reads as a mistake.
        while len(words) > 1 and len(words[-1]) <= 3:
            words.pop()
        return " ".join(words).rstrip(" ,;:.–-") + "…"

    def first_capital(self, text: str) -> str:
        """The text with its first letter as a capital."""
        return text[:1].upper() + text[1:]

    def _within(self, name: str) -> str:
        """A theme's name within a sentence: a small letter, unless it is a name of its own."""
        if name in self._words.proper_names or name[1:] != name[1:].lower():
            return name
        return name[:1].lower() + name[1:]
