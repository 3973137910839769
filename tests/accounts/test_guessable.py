"""Passwords that others would guess are refused; what has nothing to do with its owner is taken."""

import unicodedata

import pytest
from sqlalchemy.orm import Session
from zxcvbn.matching import L33T_TABLE

from newsletter.accounts.guessable import JUDGED, MOST_SIGNS, is_guessable, judged
from newsletter.accounts.passwords import hash_password
from newsletter.errors import BadInput
from seeds.demo import LOGINS

ABOUT = ("Fenna Terpstra-Hoekema", "f.terpstra@waterschap-vechtdal.example")


@pytest.mark.parametrize("password", [
    "password1234", "qwertyuiop12", "123456789012", "aaaaaaaaaaaaaaaa", "1qaz2wsx3edc",
    "welkom welkom", "Welkom2026!!", "wachtwoord123", "W@chtw00rd123", "hallohallohallo",
    "geheim geheim", "Amsterdam2026!", "nieuwsbrief2026", "redactie-2026",
    "inGovernment1", "inGovernment 2026!", "2213-2228-2213",
    "Fenna Terpstra", "terpstra1968", "fennaterpstra1",
    "f.terpstra@waterschap-vechtdal.example",
    "vechtdalvechtdal", "artspret annef",
    "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff441234",  # the same in wide letters
    "welkom01" * 30,
])
def test_what_others_would_try_is_refused(session: Session, password: str) -> None:
    assert is_guessable(password, about=ABOUT)
    with pytest.raises(BadInput) as refused:
        hash_password(password, about=ABOUT)
    assert (refused.value.field, refused.value.reason) == ("password", "guessable")


@pytest.mark.parametrize("password", [
    "paarse olifant fluit", "een lang wachtwoord", "correct horse battery staple",
    "x7Kp-qq2L-9vTz", "gmkvtqzrwlpd", "4@8({[<3691!|70$5+7%2",
    "\u00e9\u00e9n grote \u00fcberraschung",
    *(login.password for login in LOGINS)])
def test_what_has_nothing_to_do_with_its_owner_is_taken(session: Session, password: str) -> None:
    assert not is_guessable(password, about=ABOUT)


def test_a_name_counts_for_its_owner_alone(session: Session) -> None:
    assert is_guessable("sybrandabuma1", about=("Sybranda Buma", "s@buma.example"))
    assert not is_guessable("sybrandabuma1", about=ABOUT)


@pytest.mark.parametrize("password", [
    "4@8({[<3691!|70$5+7%2ab" * 12, "a1" * 128, "x" * 256, "\ufdfa" * 200])
def test_no_password_makes_the_judging_long(password: str) -> None:
    """What makes it long is length, and signs that each may stand for several letters."""
    text = judged(password)
    signs = {sign for signs in L33T_TABLE.values() for sign in signs}
    assert len(text) <= JUDGED
    assert len(signs & set(text)) <= MOST_SIGNS
    assert len(set(text)) == len(set(unicodedata.normalize("NFKD", password)[:JUDGED]))
