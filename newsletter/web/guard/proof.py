"""Proof-of-work by the ALTCHA protocol (altcha.org), its first version, with SHA-256.

A challenge is the hash of a salt and a secret number; who finds the number has tried half of them
on average. The salt names the moment of expiry and the cost, and the signature covers the hash, so
neither can be changed. It ends with `&`, or digits could move between it and the number
(CVE-2025-68113).
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter.counts import Mark
from newsletter.tokens import Signer

FIELD = "altcha"
ALGORITHM = "SHA-256"
LIFETIME = timedelta(minutes=20)
LONGEST_PAYLOAD = 1000  # characters; ours have about 350
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{24}\?expires=(\d{1,12})&cost=(\d{1,9})&")


@dataclass(frozen=True)
class Proof:
    """Good work: the most numbers that had to be tried, and the mark that makes it good once."""

    cost: int
    mark: Mark


def challenge(cost: int, *, signer: Signer, now: datetime) -> dict[str, Any]:
    """A fresh challenge as the protocol's JSON; `cost` is how many numbers may have to be tried."""
    expires = int((now + LIFETIME).timestamp())
    salt = f"{secrets.token_hex(12)}?expires={expires}&cost={cost}&"
    hashed = _hash(salt, secrets.randbelow(cost) + 1)
    return {
        "algorithm": ALGORITHM,
        "challenge": hashed,
        "maxnumber": cost,
        "salt": salt,
        "signature": _sign(hashed, signer),
    }


def opened(payload: str, *, signer: Signer, now: datetime) -> Proof | None:
    """The proof in a form's field; None when there is none, or it is not good (any more)."""
    said = _read(payload)
    salt, number = _SALT.fullmatch(str(said.get("salt"))), said.get("number")
    hashed, signature = str(said.get("challenge")), str(said.get("signature"))
    if not (salt and type(number) is int and said.get("algorithm") == ALGORITHM
            and _DIGEST.fullmatch(hashed) and _DIGEST.fullmatch(signature)):
        return None
    seconds, cost = int(salt[1]) - int(now.timestamp()), int(salt[2])
    is_in_time = 0 < seconds <= LIFETIME.total_seconds()
    is_signed = hmac.compare_digest(signature, _sign(hashed, signer))
    is_found = 0 <= number <= cost and hmac.compare_digest(hashed, _hash(salt[0], number))
    if not (is_in_time and is_signed and is_found):
        return None
    return Proof(cost, Mark(f"proof:{hashed}", seconds + 1))


def _read(payload: str) -> dict[str, Any]:
    if len(payload) > LONGEST_PAYLOAD:
        return {}
    try:
        said = json.loads(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _hash(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _sign(hashed: str, signer: Signer) -> str:
    """HMAC-SHA-256, under a key that serves nothing else."""
    return signer.digest("altcha", hashed.encode(), size=32).hex()
