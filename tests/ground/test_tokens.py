"""Tokens: they open what they were made for, and nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import TokenError, TokenExpired, TokenInvalid
from newsletter.tokens import Purpose, Signer

NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
OLD, NEW = "the key of last year, long enough", "the key of this year, long enough"
SIGNER = Signer(NEW)

rows = st.integers(1, 2**63 - 1)
nonces = st.integers(0, 2**32 - 1)
moments = st.integers(10**9, 10**11).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.sampled_from(Purpose), rows, nonces, moments)
def test_a_token_says_what_was_put_in(
    purpose: Purpose, row_id: int, nonce: int, at: datetime
) -> None:
    token = SIGNER.make(purpose, row_id, nonce=nonce, issued_at=at)
    opened = SIGNER.open(token, purposes=[purpose], now=at)
    assert (opened.purpose, opened.row_id, opened.nonce) == (purpose, row_id, nonce)
    assert opened.issued_at == at.replace(second=0, microsecond=0)


@given(st.sampled_from(Purpose), rows, nonces)
def test_a_token_is_47_characters_safe_in_an_address(
    purpose: Purpose, row_id: int, nonce: int
) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{47}", SIGNER.make(purpose, row_id, nonce=nonce))


def test_the_hash_of_an_address_depends_on_the_key_and_not_on_case() -> None:
    ours = Signer(NEW, [OLD]).address_hashes("noor@gemeente.example")
    assert ours == (*Signer(OLD).address_hashes("Noor@Gemeente.Example"),
                    *SIGNER.address_hashes("noor@gemeente.example"))
    assert len(set(ours)) == 2


def test_the_same_arguments_give_the_same_token() -> None:
    first, second = (Signer(NEW).make(Purpose.MANAGE, 7, nonce=1, issued_at=NOW) for _ in "ab")
    assert first == second


def test_a_token_differs_by_row_nonce_purpose_and_moment() -> None:
    made = {
        SIGNER.make(Purpose.CONFIRM, 7, nonce=1, issued_at=NOW),
        SIGNER.make(Purpose.CONFIRM, 8, nonce=1, issued_at=NOW),
        SIGNER.make(Purpose.CONFIRM, 7, nonce=2, issued_at=NOW),
        SIGNER.make(Purpose.MANAGE, 7, nonce=1, issued_at=NOW),
        SIGNER.make(Purpose.CONFIRM, 7, nonce=1, issued_at=NOW + timedelta(minutes=1)),
    }
    assert len(made) == 5


@pytest.mark.parametrize("made_for", Purpose)
@pytest.mark.parametrize("opened_for", Purpose)
def test_a_token_opens_only_its_purpose(made_for: Purpose, opened_for: Purpose) -> None:
    token = SIGNER.make(made_for, 7)
    if made_for is opened_for:
        assert SIGNER.open(token, purposes=[opened_for], now=NOW).row_id == 7
    else:
        with pytest.raises(TokenInvalid):
            SIGNER.open(token, purposes=[opened_for], now=NOW)


@pytest.mark.parametrize("place", range(47))
def test_a_token_altered_at_any_character_is_refused(place: int) -> None:
    token = SIGNER.make(Purpose.MANAGE, 123456789, nonce=5)
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        altered = token[:place] + other + token[place + 1 :]
        if altered != token:
            with pytest.raises(TokenInvalid):
                SIGNER.open(altered, purposes=list(Purpose), now=NOW)


@pytest.mark.parametrize("broken", ["", "a", "=" * 47, "A" * 47, "A" * 46, "A" * 48, "é" * 47,
                                    "\x00" * 47, " " * 47, "+" * 47, "/" * 47, "A" * 100_000])
def test_what_is_no_token_is_refused(broken: str) -> None:
    with pytest.raises(TokenInvalid):
        SIGNER.open(broken, purposes=list(Purpose), now=NOW)


def test_a_token_with_something_around_it_is_refused() -> None:
    token = SIGNER.make(Purpose.MANAGE, 7)
    for changed in (token + "=", token + "\n", " " + token, token + "A", token[:-1]):
        with pytest.raises(TokenInvalid):
            SIGNER.open(changed, purposes=[Purpose.MANAGE], now=NOW)


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_no_text_ever_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(TokenError):
        SIGNER.open(text, purposes=list(Purpose), now=NOW)


def test_a_token_opens_until_its_lifetime_and_no_longer() -> None:
    week = timedelta(days=7)
    token = SIGNER.make(Purpose.CONFIRM, 7, issued_at=NOW)
    SIGNER.open(token, purposes=[Purpose.CONFIRM], now=NOW + week, lifetime=week)
    with pytest.raises(TokenExpired):
        SIGNER.open(token, purposes=[Purpose.CONFIRM], now=NOW + week + timedelta(seconds=1),
                    lifetime=week)


def test_a_lasting_token_does_not_open_what_must_expire() -> None:
    token = SIGNER.make(Purpose.CONFIRM, 7)
    with pytest.raises(TokenExpired):
        SIGNER.open(token, purposes=[Purpose.CONFIRM], now=NOW, lifetime=timedelta(days=7))


def test_a_lasting_token_opens_after_ten_years() -> None:
    token = SIGNER.make(Purpose.LEAVE_EDITIONS, 7)
    later = NOW + timedelta(days=3653)
    assert SIGNER.open(token, purposes=[Purpose.LEAVE_EDITIONS], now=later).issued_at is None


def test_a_link_of_the_previous_key_still_opens_and_new_ones_have_the_new_key() -> None:
    mailed = Signer(OLD).make(Purpose.LEAVE_DIGESTS, 7)
    rotated = Signer(NEW, [OLD])
    assert rotated.open(mailed, purposes=[Purpose.LEAVE_DIGESTS], now=NOW).row_id == 7
    assert rotated.make(Purpose.LEAVE_DIGESTS, 7) == SIGNER.make(Purpose.LEAVE_DIGESTS, 7)


def test_a_link_of_a_key_that_is_gone_is_refused() -> None:
    mailed = Signer(OLD).make(Purpose.MANAGE, 7)
    with pytest.raises(TokenInvalid):
        SIGNER.open(mailed, purposes=[Purpose.MANAGE], now=NOW)


def test_an_address_is_recognised_under_every_key_whatever_its_case() -> None:
    before = Signer(OLD).address_hashes("Noor@gemeente.example")
    after = Signer(NEW, [OLD]).address_hashes("noor@GEMEENTE.example")
    assert set(before) < set(after)
    assert after[-1] == SIGNER.address_hashes("noor@gemeente.example")[0]
    assert all("noor" not in each for each in after)
