"""Reads lines of Postfix's log: what each says of a mail, by queue id; addresses are passed over.

Syslog files (traditional or RFC 3339 stamps), Postfix's own `maillog_file`, and what `journalctl`
prints as short, short-iso, short-precise, short-full or short-unix; short and long queue ids.
"""

import re
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from newsletter import clock


class Kind(Enum):
    """What a line says."""

    CONNECT = auto()  # a client came to the smtpd of this process id
    BEGUN = auto()  # it offers a mail, which got a queue id
    NAMED = auto()  # the mail's Message-ID was read; `word` is it
    TAKEN = auto()  # it is in the queue, whole
    REFUSED = auto()  # the relay said no to the mail
    SET_ASIDE = auto()  # the relay says yes but will hold it, or throw it away
    BROKEN = auto()  # the client was lost before its mail had ended
    GONE = auto()  # the client left; `word` is "none" when no mail of its session succeeded
    OUTCOME = auto()  # what came of one recipient; `word` is sent, deferred, bounced, …
    REMOVED = auto()  # nothing of it is in the queue any more


class Event(NamedTuple):
    """One line that matters: when (aware, UTC), what, of which process and which mail."""

    at: datetime
    kind: Kind
    pid: int
    queue_id: str = ""
    word: str = ""


# Short: hexadecimal. Long (enable_long_queue_ids): digits and consonants.
_QUEUE_ID = r"(?:[0-9A-F]{5,20}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,30})"
_STAMP = (
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?"
    r"|(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"(?:Z|[+-]\d\d:?\d\d| [A-Z]+)?"
    r"|\d{9,11}\.\d+"
)
_LINE = re.compile(
    rf"(?:<\d+>)?({_STAMP}) \S+ [\w./-]*/(\w+)\[(\d+)\]: (.*)".encode(), re.DOTALL
)
_TAG = re.compile(rb"\S+ postfix[\w./-]*\[\d+\]: ")  # also of daemons that handle no mails
_STAMPED = re.compile(rf"(?:<\d+>)?({_STAMP}) ".encode())


def _any_of(*alternatives: str) -> re.Pattern[bytes]:
    return re.compile("|".join(alternatives).encode(), re.DOTALL)


_DELIVERY = _any_of(rf"(?P<OUTCOME>{_QUEUE_ID}): to=.*, status=(?P<word>\w+)")
_BY_DAEMON = {
    b"smtpd": _any_of(
        rf"(?P<BEGUN>{_QUEUE_ID}): client=",
        r"(?P<CONNECT>connect from )",
        # After END-OF-MESSAGE the mail may be in the queue: only its taking tells.
        r"(?P<BROKEN>(?:lost connection|timeout|too many errors) after (?!END-OF-MESSAGE))",
        r"(?P<GONE>disconnect from )(?P<counts>.*)",
        rf"(?P<REFUSED>{_QUEUE_ID}): (?:milter-)?reject: (?:END-OF-MESSAGE|DATA|BDAT)",
        rf"warning: (?P<TOO_LARGE>{_QUEUE_ID}): queue file size limit exceeded",
    ),
    b"cleanup": _any_of(
        rf"(?P<NAMED>{_QUEUE_ID}): message-id=(?P<word>\S*)",
        rf"(?P<REFUSED>{_QUEUE_ID}): (?:milter-)?reject:",
        rf"(?P<SET_ASIDE>{_QUEUE_ID}): (?:milter-)?(?:hold|discard|quarantine):",
    ),
    b"qmgr": _any_of(
        rf"(?P<TAKEN>{_QUEUE_ID}): from=.*\(queue active\)",
        rf"(?P<REMOVED>{_QUEUE_ID}): removed",
        rf"(?P<OUTCOME>{_QUEUE_ID}): from=.*status=(?P<word>\w+)",
    ),
    **dict.fromkeys((b"smtp", b"lmtp", b"local", b"virtual", b"pipe", b"error", b"discard"),
                    _DELIVERY),
}
_KINDS = {kind.name: kind for kind in Kind} | {"TOO_LARGE": Kind.REFUSED}
_WITH_WORD = (Kind.NAMED, Kind.OUTCOME)
_OF_A_SESSION = (Kind.CONNECT, Kind.BROKEN, Kind.GONE)
_WEEKDAY, _ZONE_NAME = re.compile(r"^[A-Z][a-z]{2} "), re.compile(r" [A-Z]+$")
# What failed is counted as none of so many: `data=0/1`.
_TRIED, _SUCCEEDED = re.compile(rb" (?:data|bdat)="), re.compile(rb" (?:data|bdat)=(?!0/)")


def read_line(line: bytes) -> Event | None:
    """What one line says; None when it says nothing of a mail."""
    found = _LINE.match(line)
    if found is None:
        return None
    stamp, daemon, pid, text = found.groups()
    pattern = _BY_DAEMON.get(daemon)
    said = pattern.match(text) if pattern else None
    if said is None:
        return None
    name = said.lastgroup if said.lastgroup in _KINDS else _named(said)
    kind, word = _KINDS[name], b""
    if kind is Kind.GONE:
        counts = said["counts"]
        word = b"none" if _TRIED.search(counts) and not _SUCCEEDED.search(counts) else b""
    elif kind in _WITH_WORD:
        word = said["word"]
    queue_id = b"" if kind in _OF_A_SESSION else said[name]
    at = moment_of(stamp)
    if at is None:
        return None
    return Event(at, kind, int(pid), queue_id.decode(), word.decode("utf-8", "replace"))


def is_of_postfix(line: bytes) -> bool:
    """Whether Postfix wrote the line, also when it logs under another name."""
    found, stamp = _LINE.match(line), _STAMPED.match(line)
    is_known = found is not None and found[2] in _BY_DAEMON
    return is_known or (stamp is not None and _TAG.match(line, stamp.end()) is not None)


def _named(said: re.Match[bytes]) -> str:
    """The kind of line: the alternative that matched, when a word or counts came after it."""
    return next(name for name, found in said.groupdict().items() if found and name in _KINDS)


def stamp_of(line: bytes) -> datetime | None:
    """The moment of any line of a log, aware, in UTC; None when it does not begin with one."""
    found = _STAMPED.match(line)
    return moment_of(found[1]) if found else None


@lru_cache(maxsize=4096)
def moment_of(stamp: bytes) -> datetime | None:
    """A stamp as an aware moment in UTC; None when there is no such day or hour.

    Without a zone it is this machine's local time; without a year it is the latest that is past.
    """
    text = stamp.decode()
    try:
        if "-" in text:
            written = _WEEKDAY.sub("", text).replace(",", ".").replace(" UTC", "+00:00")
            return datetime.fromisoformat(_ZONE_NAME.sub("", written)).astimezone(UTC)
        if ":" in text:
            return _latest(text, until=clock.now() + timedelta(days=1))
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError):
        return None


def _latest(text: str, *, until: datetime) -> datetime | None:
    """The latest moment of this month, day and time that is not after `until`, if there is one."""
    whole, _, fraction = text.partition(".")
    for year in range(until.year, until.year - 9, -1):
        try:
            local = datetime.strptime(f"{year} {whole}", "%Y %b %d %H:%M:%S")  # noqa: DTZ007
        except ValueError:  # 29 February, in a year without it
            continue
        moment = local.astimezone(UTC) + timedelta(seconds=float(f"0.{fraction or 0}"))
        if moment <= until:
            return moment
    return None
