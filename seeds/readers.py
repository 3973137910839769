"""Believable readers out of a seed: who they are and what they chose; no database, no clock."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from newsletter.subscribers.models import Cadence, Language, MailFormat
from seeds import read

MOST = 10_000_000  # readers of one seed
SEEDS = 100_000
PLAIN_DOMAIN = "plain.example"

# How many themes a reader picks, of 1 to 5; the mean is 3.
_HOW_MANY = list(accumulate((12, 23, 30, 23, 12)))
_CADENCES = (Cadence.WEEKLY, Cadence.MONTHLY, Cadence.NONE)
_HOW_OFTEN = list(accumulate((60, 25, 15)))
# Editions for 85 of 100 in all; the 15 without a digest all have them, or they had nothing.
_EDITIONS_BESIDE_DIGEST = (85 - 15) / 85
_DUTCH, _RICH = 0.95, 0.95
# Letters that do not fall apart into a letter and a mark.
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ß": "ss", "ł": "l", "đ": "d"})


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader; `themes` are indexes into the themes given, moments are aware and in UTC."""

    address: str
    receives_editions: bool
    cadence: Cadence
    themes: tuple[int, ...]
    language: Language
    format: MailFormat
    asked_at: datetime
    confirmed_at: datetime


def make_readers(
    count: int, *, seed: int, themes: int, now: datetime, plain: bool = False
) -> Iterator[Reader]:
    """`count` readers of `seed`, of which the first are the same for every count.

    Theme k of `themes` is picked with a weight of 1/k (Zipf). They asked and confirmed between two
    weeks and two years before `now`. Addresses never repeat, neither within a seed nor across
    seeds, and all lie under `.example` (RFC 2606). With `plain` they are `u<NUMBER>@…`.
    """
    random = Random(seed)
    address = _plain_address if plain else _Addresses(read.names())
    weights = list(accumulate(1 / rank for rank in range(1, themes + 1)))
    # Seed 1 numbers from 1, seed 2 from 10,000,001 and so on; seed 0 stands last.
    first = (seed - 1) % SEEDS * MOST + 1
    for number in range(first, first + count):
        cadence = random.choices(_CADENCES, cum_weights=_HOW_OFTEN)[0]
        asked_at = now - timedelta(minutes=random.randrange(14 * 1440, 730 * 1440))
        yield Reader(
            address=address(random, number),
            receives_editions=(cadence is Cadence.NONE
                               or random.random() < _EDITIONS_BESIDE_DIGEST),
            cadence=cadence,
            themes=_pick(random, weights),
            language=Language.NL if random.random() < _DUTCH else Language.EN,
            format=MailFormat.MAIL if random.random() < _RICH else MailFormat.TEXT,
            asked_at=asked_at,
            confirmed_at=asked_at + timedelta(seconds=random.randrange(40, 6 * 3600)),
        )


def _pick(random: Random, weights: Sequence[float]) -> tuple[int, ...]:
    wanted = min(random.choices(range(1, 6), cum_weights=_HOW_MANY)[0], len(weights))
    picked: set[int] = set()
    while len(picked) < wanted:
        picked.update(random.choices(range(len(weights)), cum_weights=weights))
    return tuple(sorted(picked))


def _plain_address(_random: Random, number: int) -> str:
    return f"u{number}@{PLAIN_DOMAIN}"


class _Addresses:
    """Addresses such as `femke.vandijk42@gemeente-klaverdam.example`."""

    def __init__(self, names: read.NameFacts) -> None:
        self.first_names = [_in_address(name) for name in names.first_names]
        self.surnames = [_in_address(name) for name in names.surnames]
        self.domains = [organisation.domain for organisation in names.organisations]

    def __call__(self, random: Random, number: int) -> str:
        first, last = random.choice(self.first_names), random.choice(self.surnames)
        return f"{first}.{last}{number}@{random.choice(self.domains)}"


def _in_address(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
