"""The registry of personal data: what each column that says something of a person is kept for.

The privacy page and `docs/processing.md` are made from it; a test holds it to the schema.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.deliveries.forget_detail import MONTHS as DETAIL_MONTHS
from newsletter.subscribers.change_address import UNDO_FOR as CHANGE_UNDO
from newsletter.subscribers.confirm import LIFETIME as TO_CONFIRM
from newsletter.subscribers.take_requests import KEPT as REQUEST_KEPT
from newsletter.subscribers.undo import FOR as LEFT_UNDO
from newsletter.web.dates import number_in_words

_SENTENCE = re.compile(r"(?:^|(?<=[.] ))[a-z]")


class Group(StrEnum):
    """Of whom the data speaks."""

    READER = "reader"
    DESK = "desk"
    NAMED = "named"


class Basis(StrEnum):
    """Why it may be kept (AVG article 6 paragraph 1)."""

    CONSENT = "a"
    DUTY = "c"
    INTEREST = "f"


@dataclass(frozen=True)
class Said:
    """The same words in both languages; `{places}` are periods, as `periods` fills them."""

    nl: str
    en: str

    def words(self, lang: str) -> str:
        """The words in `nl` or `en`."""
        return self.en if lang == "en" else self.nl


@dataclass(frozen=True)
class Fact:
    """One kind of personal data: what, why, on which ground, for how long, and where it lies."""

    group: Group
    what: Said
    purpose: Said
    basis: Basis
    kept: Said
    columns: tuple[str, ...]  # "table.column"

    def kept_for(self, lang: str, *, proof_months: int) -> str:
        """How long, with the periods as they stand in code and settings."""
        words = self.kept.words(lang).format(**periods(lang, proof_months=proof_months))
        return _SENTENCE.sub(lambda found: found[0].upper(), words)


BASES = {
    Basis.CONSENT: Said("toestemming (a)", "consent (a)"),
    Basis.DUTY: Said("wettelijke plicht (c)", "legal obligation (c)"),
    Basis.INTEREST: Said("gerechtvaardigd belang (f)", "legitimate interest (f)"),
}


def periods(lang: str, *, proof_months: int) -> dict[str, str]:
    """The periods of retention in words of `nl` or `en`; `proof_months` is a setting."""
    days = {"confirm": TO_CONFIRM.days, "undo": LEFT_UNDO.days, "change": CHANGE_UNDO.days,
            "request": REQUEST_KEPT.days}
    words = {name: number_in_words(count, lang) for name, count in days.items()}
    months = number_in_words(proof_months, lang)
    if proof_months == 0:
        proof = "the key is destroyed when you have yourself erased" if lang == "en" else (
            "de sleutel vernietigen we als je je laat wissen")
    elif lang == "en":
        proof = f"the key is destroyed {months} months after you have yourself erased"
    else:
        proof = f"de sleutel vernietigen we {months} maanden nadat je je laat wissen"
    return {**words, "detail": number_in_words(DETAIL_MONTHS, lang), "proof": proof}


def columns_of(table: str, *names: str) -> tuple[str, ...]:
    """The columns of one table, as `table.column`."""
    return tuple(f"{table}.{name}" for name in names)
