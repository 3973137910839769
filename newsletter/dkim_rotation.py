"""The deeds that rotate DKIM keys: make, use, retire; two selectors overlap meanwhile (S15).

A key is made and published; then it signs, and the one before it retires, still published and still
used for mails that it signed before; and goes when those are old.

Each deed tells `noting` what it is about to do before it changes any file; when that raises, no
file is changed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from string import ascii_lowercase

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from newsletter.dkim_folder import (
    KeyEntry,
    KeyStatus,
    changing,
    path_of,
    read_index,
    read_key,
    write_index,
    write_key,
)
from newsletter.errors import NotFound, WrongState
from newsletter.mailer.dkim import ED25519, LEAST_RSA_BITS, RSA, DkimKey, is_aligned

ALGORITHMS = (RSA, ED25519)
# How long a relay may try (RFC 5321 §4.5.4.1 says four or five days), and a reader's program or
# forwarder may verify after that, on top of how long we try.
ON_THEIR_WAY = timedelta(days=10)
_INITIALS = {RSA: "r", ED25519: "e"}
_PUBLIC_EXPONENT = 65_537


@dataclass(frozen=True)
class Retirement:
    """What became of a key: removed, or kept until the last mail that it signed is old."""

    entry: KeyEntry
    is_removed: bool
    kept_until: datetime | None = None


Noting = Callable[[Sequence[KeyEntry]], None]


def _untold(_: object) -> None:
    """Nobody is to be told."""


def make_keys(
    folder: Path,
    *,
    domain: str,
    algorithms: Iterable[str],
    now: datetime,
    bits: int = LEAST_RSA_BITS,
    noting: Noting = _untold,
) -> list[KeyEntry]:
    """New keys, one of each algorithm, with selectors of the day (UTC); they do not sign yet.

    `bits` are those of RSA. Raises BadSettings when the folder cannot be written, MailError when
    the bits are too few.
    """
    with changing(folder):
        entries = read_index(folder)
        keys, made = [], []
        for algorithm in dict.fromkeys(algorithms):
            private = rsa.generate_private_key(_PUBLIC_EXPONENT, bits) if algorithm == RSA else (
                Ed25519PrivateKey.generate())
            key = DkimKey(_selector(folder, algorithm, now), domain, private)
            keys.append(key)
            made.append(KeyEntry(
                key.selector, domain, algorithm, KeyStatus.NEW, made_at=now, changed_at=now,
                record=key.record,
            ))
        noting(made)
        for key in keys:
            write_key(folder, key)
        write_index(folder, [*entries, *made])
    return made


def use_keys(
    folder: Path, selectors: Sequence[str], *, sender_domain: str, now: datetime,
    noting: Noting = _untold,
) -> list[KeyEntry]:
    """Let these keys sign from now on, and no others: those that did retire. Safe to repeat.

    Raises NotFound; WrongState when one is not of the domain in From, `sender_domain`, or one above
    it (D02); BadSettings when one cannot be read.
    """
    with changing(folder):
        entries = read_index(folder)
        for selector in selectors:
            key = read_key(folder, _find(entries, selector))
            if not is_aligned(key.domain, sender_domain):
                raise WrongState(f"{selector} is of {key.domain}, and From of {sender_domain}")
        changed = [_switched(entry, selectors, now) for entry in entries]
        signing = [entry for entry in changed if entry.status is KeyStatus.SIGNING]
        noting(signing)
        if changed != entries:
            write_index(folder, changed)
    return signing


def retire_key(
    folder: Path, selector: str, *, keep_for: timedelta, open_mails: int, now: datetime,
    noting: Callable[[Retirement], None] = _untold,
) -> Retirement:
    """The next step towards a key's end: signs no more, then is removed.

    A key that never signed is removed at once; one that retired is when that is `keep_for` ago and
    no mails are open that it signed before. Raises NotFound; WrongState when it alone signs, or
    when it is too early to remove it.
    """
    with changing(folder):
        entries = read_index(folder)
        entry = _find(entries, selector)
        others = [each for each in entries if each is not entry]
        if entry.status is KeyStatus.SIGNING:
            if not any(each.status is KeyStatus.SIGNING for each in others):
                raise WrongState(f"{selector} alone signs: let another with `newsletter dkim use`")
            retired = replace(entry, status=KeyStatus.RETIRED, changed_at=now)
            done = Retirement(retired, is_removed=False, kept_until=now + keep_for)
            noting(done)
            write_index(folder, [retired if each is entry else each for each in entries])
            return done
        if entry.status is KeyStatus.RETIRED:
            _check_age(entry, keep_for=keep_for, open_mails=open_mails, now=now)
        done = Retirement(entry, is_removed=True)
        noting(done)
        write_index(folder, others)
        path_of(folder, selector).unlink(missing_ok=True)
    return done


def _check_age(
    entry: KeyEntry, *, keep_for: timedelta, open_mails: int, now: datetime
) -> None:
    if open_mails:
        raise WrongState(f"{open_mails} mails are open that {entry.selector} signed before")
    until = entry.changed_at + keep_for
    if now < until:
        raise WrongState(f"mails that {entry.selector} signed may be on their way until "
                         f"{until:%Y-%m-%d %H:%M} UTC")


def _find(entries: Iterable[KeyEntry], selector: str) -> KeyEntry:
    found = next((entry for entry in entries if entry.selector == selector), None)
    if found is None:
        raise NotFound(f"DKIM key {selector}")
    return found


def _switched(entry: KeyEntry, selectors: Sequence[str], now: datetime) -> KeyEntry:
    status = entry.status
    if entry.selector in selectors:
        status = KeyStatus.SIGNING
    elif status is KeyStatus.SIGNING:
        status = KeyStatus.RETIRED
    return entry if status is entry.status else replace(entry, status=status, changed_at=now)


def _selector(folder: Path, algorithm: str, now: datetime) -> str:
    """The algorithm's initial and the day; with a letter when there is one of that day."""
    day = f"{_INITIALS[algorithm]}{now:%Y%m%d}"
    for ending in chain(("",), ascii_lowercase):
        if not path_of(folder, day + ending).exists():
            return day + ending
    raise WrongState("there are too many keys of this day")
