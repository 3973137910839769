"""Verifiers of DKIM that others wrote: dkimpy, OpenDKIM and Perl's Mail::DKIM.

Of the signer's they share no code but libsodium, which dkimpy has for Ed25519 too. Each takes
whole mails and the DNS records of the keys, asks no network, and says for each mail which selectors
it verified. OpenDKIM (C, OpenSSL) is what many receivers run; Mail::DKIM is behind SpamAssassin,
and its older versions know no Ed25519.
"""

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import dkim

from newsletter.mailer.dkim import DkimKey
from tests.packages import program

Records = Mapping[str, str]
Verify = Callable[[Sequence[bytes]], list[set[str]]]

_PERL = Path(__file__).with_name("verify_dkim.pl")
_SELECTOR = re.compile(rb"\ss=([a-z0-9.-]+);")


def records_of(keys: Iterable[DkimKey]) -> dict[str, str]:
    """What is published of these keys, by name."""
    return {f"{key.selector}._domainkey.{key.domain}": key.record for key in keys}


def by_dkimpy(mails: Sequence[bytes], records: Records) -> list[set[str]]:
    """dkimpy, with libsodium for Ed25519."""

    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        value = records.get(name.decode("ascii").rstrip("."))
        return value.encode("ascii") if value is not None else None

    return [_by_dkimpy(mail, look_up) for mail in mails]


def _by_dkimpy(mail: bytes, look_up: Callable[..., bytes | None]) -> set[str]:
    selectors = _SELECTOR.findall(mail.partition(b"\r\n\r\n")[0])
    good = set()
    for place, selector in enumerate(selectors):
        try:
            if dkim.DKIM(mail).verify(place, dnsfunc=look_up):
                good.add(selector.decode("ascii"))
        except dkim.DKIMException:
            continue
    return good


def by_opendkim(mails: Sequence[bytes], records: Records, folder: Path) -> list[set[str]]:
    """The filter itself, in the mode in which it reads mails and keys from files."""
    keys, settings = folder / "opendkim.keys", folder / "opendkim.conf"
    keys.write_text("".join(f"{name} {value}\n" for name, value in records.items()))
    settings.write_text(f"Mode v\nTestPublicKeys {keys}\nSyslog no\nMinimumKeyBits 2048\n")
    found = []
    for path in _written(mails, folder):
        # Three times verbose: only then does it tell of every signature.
        done = subprocess.run(
            [str(program("opendkim")), "-x", settings, "-vvv", "-t", path],
            capture_output=True, text=True, check=True, timeout=20,
        )
        found.append(set(re.findall(r"dkim=pass [^;]*header\.s=([a-z0-9.-]+)", done.stdout)))
    return found


def by_mail_dkim(mails: Sequence[bytes], records: Records, folder: Path) -> list[set[str]]:
    """Mail::DKIM, which is asked for all mails at once."""
    zone = folder / "zone"
    zone.write_text("".join(f"{name}\t{value}\n" for name, value in records.items()))
    done = subprocess.run(
        ["perl", _PERL, zone, *_written(mails, folder)], capture_output=True, text=True,
        check=True, timeout=60,
    )
    return [set(re.findall(r"([a-z0-9.-]+)=pass", line)) for line in done.stdout.splitlines()]


def _written(mails: Sequence[bytes], folder: Path) -> list[Path]:
    paths = []
    for number, mail in enumerate(mails):
        paths.append(folder / f"{number}.eml")
        paths[-1].write_bytes(mail)
    return paths
