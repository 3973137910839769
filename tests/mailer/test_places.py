"""Places: filled, left open, split."""

import pytest

from newsletter.errors import MailError
from newsletter.mailer import places


def test_unknown_places_stay_open() -> None:
    body = places.place("why").encode() + places.place("leave_token").encode()
    assert places.fill(body, {"why": b"x"}) == b"x\x1fleave_token\x1f"


def test_splitting_gives_one_stretch_more_than_names() -> None:
    assert places.split(b"a\x1fleave_token\x1fb") == ((b"a", b"b"), ("leave_token",))
    assert places.split(b"a") == ((b"a",), ())


@pytest.mark.parametrize("bad", ["", "a" * 76, "a b", "a\r\nb", "a=b", "é", "a\n"])
def test_a_token_that_would_need_encoding_is_refused(bad: str) -> None:
    with pytest.raises(MailError):
        places.token(bad)
