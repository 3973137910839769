"""The ALTCHA protocol: an honest proof is good, and every lie is as good as nothing."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.tokens import Signer
from newsletter.web.guard.proof import LIFETIME, challenge, opened
from tests.material import NOW
from tests.web.guard.solve import solve

SIGNER = Signer("a key of at least thirty-two characters")
COST = 40


@pytest.fixture
def posed() -> dict[str, Any]:
    return challenge(COST, signer=SIGNER, now=NOW)


def test_a_challenge_is_as_the_protocol_says(posed: dict[str, Any]) -> None:
    assert posed.keys() == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    assert (posed["algorithm"], posed["maxnumber"]) == ("SHA-256", COST)
    assert re.fullmatch(r"[0-9a-f]{64}", posed["challenge"])
    assert re.fullmatch(r"[0-9a-f]{64}", posed["signature"])
    until = int((NOW + LIFETIME).timestamp())
    assert posed["salt"].endswith(f"?expires={until}&cost={COST}&")


def test_an_honest_proof_tells_its_cost_until_it_expires(posed: dict[str, Any]) -> None:
    payload = solve(posed)
    for later in (timedelta(), LIFETIME - timedelta(seconds=1)):
        proof = opened(payload, signer=SIGNER, now=NOW + later)
        assert proof is not None
        assert proof.cost == COST
    assert opened(payload, signer=SIGNER, now=NOW + LIFETIME) is None
    assert opened(payload, signer=SIGNER, now=NOW - timedelta(minutes=1)) is None


def test_no_two_challenges_are_the_same(posed: dict[str, Any]) -> None:
    other = challenge(COST, signer=SIGNER, now=NOW)
    assert posed["challenge"] != other["challenge"]
    assert posed["salt"] != other["salt"]


def _lies(posed: dict[str, Any]) -> dict[str, str]:
    honest = json.loads(base64.b64decode(solve(posed)))
    salt, number = posed["salt"], honest["number"]
    until = re.search(r"expires=(\d+)", salt)
    assert until
    longer = salt.replace(until[1], str(int(until[1]) + 60))
    cheaper = salt.replace(f"cost={COST}", "cost=40000")

    def hashed(words: str) -> str:
        return hashlib.sha256(words.encode()).hexdigest()

    return {
        "another number": solve(posed, number=number + 1),
        "a number over the cost": solve(posed, number=COST + 1),
        "a negative number": solve(posed, number=-number),
        "a number as text": solve(posed, number=str(number)),
        "a number that is true": solve(posed, number=True),
        "another salt": solve(posed, salt="0" * 24 + salt[24:]),
        "a later expiry": solve(posed, salt=longer),
        "a dearer cost": solve(posed, salt=cheaper),
        "a hash of one's own": solve(posed, salt=longer, challenge=hashed(f"{longer}{number}")),
        "digits moved from the number": solve(posed, salt=salt[:-1], number=number),
        "no signature": solve(posed, signature=""),
        "another signature": solve(posed, signature="0" * 64),
        "another algorithm": solve(posed, algorithm="SHA-1"),
        "letters that are none": solve(posed, signature="é‮\ud800"),
        "a challenge that is none": solve(posed, challenge=["a"]),
    }


LIES = list(_lies(challenge(COST, signer=SIGNER, now=NOW)))


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_as_good_as_nothing(posed: dict[str, Any], lie: str) -> None:
    assert opened(_lies(posed)[lie], signer=SIGNER, now=NOW) is None


def test_a_challenge_of_another_key_is_as_good_as_nothing(posed: dict[str, Any]) -> None:
    other = Signer("another key of at least thirty-two characters")
    assert opened(solve(posed), signer=other, now=NOW) is None


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode())
       | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
           lambda said: base64.b64encode(json.dumps(said).encode()).decode()))
def test_whatever_a_stranger_sends_breaks_nothing(payload: str) -> None:
    assert opened(payload, signer=SIGNER, now=NOW) is None


def test_deeply_nested_words_break_nothing() -> None:
    nested = base64.b64encode(b"[" * 700).decode()
    assert opened(nested, signer=SIGNER, now=NOW) is None
