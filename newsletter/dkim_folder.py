"""The folder of DKIM keys: one private key a file, and an index that says what each is for.

Made by the operator, read by the workers, never by the web (S14). `keys.json` is replaced whole
whenever something changes, so that one look at its name tells whether there is anything new.
"""

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from newsletter.errors import BadSettings, MailError
from newsletter.mailer.dkim import DkimKey

INDEX = "keys.json"
# Only their owner may read keys; only their owner may put others in their place.
_NOT_FOR_KEYS = stat.S_IRWXG | stat.S_IRWXO
_NOT_FOR_FOLDER = stat.S_IWGRP | stat.S_IWOTH


class KeyStatus(StrEnum):
    """What a key is for: to be published, to sign, or to be recognised until its mails are old."""

    NEW = "new"
    SIGNING = "signing"
    RETIRED = "retired"


@dataclass(frozen=True)
class KeyEntry:
    """One line of the index: a key by its selector (`s=`) and domain (`d=`); moments in UTC.

    It has the public half too, so that nobody needs the private one to say what to publish.
    """

    selector: str
    domain: str
    algorithm: str
    status: KeyStatus
    made_at: datetime
    changed_at: datetime
    record: str

    @property
    def name(self) -> str:
        """Where its public half is published as a TXT record (RFC 6376 §3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def strings(self) -> list[str]:
        """The record in strings of at most 255 octets, as a TXT record holds them (RFC 1035)."""
        return [self.record[at : at + 255] for at in range(0, len(self.record), 255)]


def read_index(folder: Path) -> list[KeyEntry]:
    """Every key of the folder, oldest first; none when there is no index.

    Raises BadSettings when the index cannot be read or is not one.
    """
    try:
        rows = json.loads((folder / INDEX).read_bytes())["keys"]
        return [_entry(row) for row in rows]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unusable(folder / INDEX, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise unusable(folder / INDEX, "is not an index of keys") from error


def read_key(folder: Path, entry: KeyEntry) -> DkimKey:
    """A private key. Raises BadSettings when others may read it, or when it is none of ours."""
    path = path_of(folder, entry.selector)
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _NOT_FOR_KEYS:
                raise unusable(path, "may be read by others: chmod 600")
            private = load_pem_private_key(file.read(), password=None)
    except OSError as error:
        raise unusable(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise unusable(path, "holds no private key in PEM") from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise unusable(path, "is neither an RSA nor an Ed25519 key")
    try:
        return DkimKey(entry.selector, entry.domain, private)
    except MailError as error:
        raise unusable(path, str(error)) from error


def path_of(folder: Path, selector: str) -> Path:
    """The file of that key."""
    return folder / f"{selector}.pem"


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[None]:
    """The folder to ourselves, made with mode 0700 if need be. Raises BadSettings."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise unusable(folder, f"cannot be opened ({error.strerror})") from error
    try:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & _NOT_FOR_FOLDER:
            raise unusable(folder, "may be written by others: chmod 700")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    except OSError as error:
        raise unusable(folder, f"cannot be written ({error.strerror})") from error
    finally:
        os.close(descriptor)


def write_key(folder: Path, key: DkimKey) -> None:
    """Keep a new private key; call it inside `changing`, before the index names the key."""
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(path_of(folder, key.selector), pem, 0o600)


def write_index(folder: Path, entries: Sequence[KeyEntry]) -> None:
    """Put another index in the place of the present one; call it inside `changing`."""
    text = json.dumps({"keys": [asdict(entry) for entry in entries]}, default=_words, indent=1)
    beside = folder / f".{INDEX}"
    beside.unlink(missing_ok=True)
    # It says nothing that the DNS does not say as well.
    _write(beside, f"{text}\n".encode(), 0o644)
    beside.replace(folder / INDEX)


def unusable(path: Path, reason: str) -> BadSettings:
    """What to say of a folder, an index or a key that will not do."""
    return BadSettings([f"DKIM_KEYS: {path} {reason}."])


def _write(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if os.geteuid() == 0:
            # The operator is root, the workers are not: what they read is theirs.
            owner = path.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        os.fsync(descriptor)


def _entry(row: Any) -> KeyEntry:
    return KeyEntry(
        selector=str(row["selector"]),
        domain=str(row["domain"]),
        algorithm=str(row["algorithm"]),
        status=KeyStatus(row["status"]),
        made_at=datetime.fromisoformat(row["made_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
        record=str(row["record"]),
    )


def _words(value: object) -> str:
    assert isinstance(value, datetime)
    return value.astimezone(UTC).isoformat(timespec="seconds")
