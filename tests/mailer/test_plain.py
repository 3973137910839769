"""Plain words: cleaned and wrapped."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailer.plain import clean, one_line, wrap


def test_what_could_disturb_a_mail_is_taken_out() -> None:
    assert clean("a\x00\x1f\x1e\u202eb\u2066c\ufeff\ud800") == "abc"
    assert clean("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


def test_letters_of_every_script_and_joined_emoji_stay() -> None:
    words = "Ünïcödé 政府 حكومة 👩\u200d💻"
    assert clean(words) == words


def test_a_title_becomes_one_line() -> None:
    assert one_line(" Een\r\n  titel\t\n") == "Een titel"


@given(st.text(max_size=300))
def test_a_wrapped_paragraph_keeps_its_words(text: str) -> None:
    assert "".join(wrap(clean(text)).split()) == "".join(clean(text).split())


def test_a_long_address_is_not_broken() -> None:
    address = "https://www.ingovernment.example/" + "a" * 90
    assert address in wrap(f"Lees verder op {address} als je wilt.").split("\n")
