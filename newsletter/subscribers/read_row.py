"""Read one row of an import: choices, details and proof of consent out of what was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from newsletter import addresses
from newsletter.catalogue.queries import Named
from newsletter.errors import BadInput
from newsletter.subscribers import details as said
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import Cadence, Language, MailFormat
from newsletter.subscribers.read_import import LONGEST_CELL, Column

LONGEST_SOURCE = 120  # characters
FIRST_YEAR = 2000
_CADENCES = {
    Cadence.WEEKLY: ("weekly", "week", "wekelijks", "elke week"),
    Cadence.MONTHLY: ("monthly", "month", "maandelijks", "maand", "elke maand"),
    Cadence.NONE: ("none", "no", "geen", "nee", "nooit", ""),
}
_YES, _NO = ("yes", "y", "ja", "j", "1", "true", "waar", "x", ""), (
    "no", "n", "nee", "0", "false", "onwaar")
_LANGUAGES = {
    Language.NL: ("nl", "nederlands", "dutch", ""),
    Language.EN: ("en", "engels", "english"),
}
_FORMATS = {
    MailFormat.MAIL: ("mail", "html", "opgemaakt", ""),
    MailFormat.TEXT: ("text", "tekst", "platte tekst", "plain text"),
}
Value = TypeVar("Value")
_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


@dataclass(frozen=True)
class Given:
    """The proof of a consent that was given elsewhere."""

    source: str
    given_on: date
    wording: str


@dataclass(frozen=True)
class Row:
    """A row that can be carried out, as far as it goes by itself."""

    address: str
    choices: Choices
    details: Details
    given: Given
    past_themes: tuple[str, ...] = ()  # slugs of themes that go on in others, which she gets


def read_row(
    cells: Mapping[str, str], defaults: Mapping[str, str], *, themes: Mapping[str, Named],
    today: date,
) -> Row:
    """The row; `defaults` is the proof that stands for rows without their own.

    `themes` finds what to pick for a name in lower case. Raises BadAddress, or BadInput at
    the column: of source, given_on and wording the proof, of any other what was typed there.
    """
    choices, past = _choices(cells, themes)
    return Row(
        address=addresses.check(cells.get(Column.ADDRESS, "")),
        given=read_proof({**defaults, **{name: cells[name] for name in defaults if name in cells}},
                         address=cells.get(Column.ADDRESS, ""), today=today),
        choices=choices,
        details=said.read(name=cells.get(Column.NAME, ""),
                          organisation=cells.get(Column.ORGANISATION, ""),
                          sector=cells.get(Column.SECTOR, "").lower()),
        past_themes=past,
    )


def read_proof(proof: Mapping[str, str], *, address: str, today: date) -> Given:
    """Source, day and wording; all three are needed. Raises BadInput at the one that fails.

    None may hold the address: they stand in a ledger that is never changed.
    """
    source, wording = proof.get(Column.SOURCE, ""), proof.get(Column.WORDING, "")
    for name, words in ((Column.SOURCE, source), (Column.WORDING, wording)):
        if not words:
            raise BadInput(name, "empty")
        _check_words(name, words)
        if address and address.lower() in words.lower():
            raise BadInput(name, "holds_address")
    return Given(source, read_given_on(proof.get(Column.GIVEN_ON, ""), today=today), wording)


def check_defaults(proof: Mapping[str, str], *, today: date) -> None:
    """Of the proof for rows without their own, what is there must be good. Raises BadInput."""
    for name in (Column.SOURCE, Column.WORDING):
        _check_words(name, proof.get(name, ""))
    if proof.get(Column.GIVEN_ON):
        read_given_on(proof[Column.GIVEN_ON], today=today)


def _check_words(name: Column, words: str) -> None:
    if len(words) > (LONGEST_SOURCE if name is Column.SOURCE else LONGEST_CELL):
        raise BadInput(name, "too_long")
    if name is Column.SOURCE and "@" in words:
        raise BadInput(name, "holds_address")


def read_given_on(typed: str, *, today: date) -> date:
    """The day in `2025-03-24` (a time may follow) or `24-3-2025`. Raises BadInput at `given_on`."""
    if not typed:
        raise BadInput(Column.GIVEN_ON, "empty")
    try:
        found = _DAY.match(typed)
        day = (date(int(found[3]), int(found[2]), int(found[1])) if found
               else date.fromisoformat(typed[:10]))
    except ValueError as error:
        raise BadInput(Column.GIVEN_ON, "no_day") from error
    if day > today:
        raise BadInput(Column.GIVEN_ON, "to_come")
    if day.year < FIRST_YEAR:
        raise BadInput(Column.GIVEN_ON, "no_such_day")
    return day


def _choices(
    cells: Mapping[str, str], themes: Mapping[str, Named]
) -> tuple[Choices, tuple[str, ...]]:
    typed = re.split(r"[,;|]", cells.get(Column.THEMES, ""))
    names = [name.strip().lower() for name in typed if name.strip()]
    if any(name not in themes for name in names):
        raise BadInput(Column.THEMES, "unknown")
    named = [themes[name] for name in names]
    if not all(each.theme_ids for each in named):
        raise BadInput(Column.THEMES, "ended")
    choices = Choices(
        receives_editions=_one_of({True: _YES, False: _NO}, cells, Column.EDITIONS),
        cadence=_one_of(_CADENCES, cells, Column.CADENCE),
        theme_ids=frozenset().union(*(each.theme_ids for each in named)),
        language=_one_of(_LANGUAGES, cells, Column.LANGUAGE),
        format=_one_of(_FORMATS, cells, Column.FORMAT),
    )
    if choices.brings_no_theme:
        raise BadInput(Column.THEMES, "empty")
    if choices.nothing_chosen:
        raise BadInput(Column.CADENCE, "nothing_chosen")
    return choices, tuple(sorted({each.past for each in named if each.past}))


def _one_of(
    words: Mapping[Value, tuple[str, ...]], cells: Mapping[str, str], column: Column
) -> Value:
    typed = cells.get(column, "").lower()
    for value, known in words.items():
        if typed in known:
            return value
    raise BadInput(column, "unknown")
