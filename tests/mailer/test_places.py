"""Places: split, filled, left open; and what may fill them."""

import pytest

from newsletter.errors import MailError
from newsletter.mailer import places
from newsletter.mailer.stretches import Stretch, filled_in
from newsletter.tokens import Purpose, Signer


def test_unknown_places_stay_open() -> None:
    body = places.place("why").encode() + places.place("leave_token").encode()
    first, second = filled_in([body], {"why": Stretch(b"x")}, {})
    assert (first.name, first.sent) == (None, b"x")
    assert (second.name, second.sent) == ("leave_token", b"")


@pytest.mark.parametrize("purpose", Purpose)
def test_what_our_signer_makes_may_fill_a_place_as_it_is(purpose: Purpose) -> None:
    made = Signer("x" * 32).maker(purpose)(2**40, 2**31 - 1, 2**25)
    assert places.token(made.decode()) == made


def test_splitting_gives_one_stretch_more_than_names() -> None:
    assert places.split(b"a\x1fleave_token\x1fb") == ((b"a", b"b"), ("leave_token",))
    assert places.split(b"a") == ((b"a",), ())


@pytest.mark.parametrize("bad", ["", "a" * 76, "a b", "a\r\nb", "a=b", "é", "a\n"])
def test_a_token_that_would_need_encoding_is_refused(bad: str) -> None:
    with pytest.raises(MailError):
        places.token(bad)
