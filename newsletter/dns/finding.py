"""What a check finds at a name, in words that say what to mend."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from newsletter.dns.ask import Unanswered

SHOWN = 200  # characters of a found text in a line


class Check(StrEnum):
    """What is looked at; also the words that excuse it."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    ALIGNMENT = "alignment"
    MX = "mx"
    MTA_STS = "mta-sts"
    TLS_RPT = "tls-rpt"
    TLSA = "tlsa"
    DNSSEC = "dnssec"
    IPV6 = "ipv6"
    PTR = "ptr"


class Verdict(StrEnum):
    """How it stands."""

    OK = "ok"
    MISSING = "missing"
    DIFFERS = "differs"
    NO_ANSWER = "no answer"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """One line: how what is published at a name compares with what should be."""

    verdict: Verdict
    found: str = ""
    expected: str = ""
    note: str = ""
    check: Check = Check.SPF
    name: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether somebody must do something."""
        return self.verdict in (Verdict.MISSING, Verdict.DIFFERS, Verdict.NO_ANSWER)

    @property
    def says(self) -> str:
        """The rest of the line: what is found, what is expected, and what else there is to say."""
        found = self.found if len(self.found) <= SHOWN else self.found[:SHOWN] + "…"
        if self.verdict is Verdict.OK:
            parts = [found, self.note]
        else:
            parts = [self.note, f"found {found}" if found else "",
                     f"expected {self.expected}" if self.expected else ""]
        return "; ".join(part for part in parts if part)


def ok(found: str = "", note: str = "") -> Finding:
    """All as it should be."""
    return Finding(Verdict.OK, found, note=note)


def missing(expected: str, note: str = "") -> Finding:
    """Nothing is there."""
    return Finding(Verdict.MISSING, expected=expected, note=note)


def differs(found: str, expected: str, note: str = "") -> Finding:
    """Something else is there."""
    return Finding(Verdict.DIFFERS, found, expected, note)


def not_checked(note: str) -> Finding:
    """It could not be looked at, which is nobody's fault."""
    return Finding(Verdict.NOT_CHECKED, note=note)


def look(check: Check, name: str, judge: Callable[[], Finding]) -> Finding:
    """One finding about a name; a question that nobody answers is one too."""
    try:
        finding = judge()
    except Unanswered as error:
        finding = Finding(Verdict.NO_ANSWER, note=str(error))
    return replace(finding, check=check, name=name)
