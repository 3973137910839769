"""Plain words: cleaned and wrapped."""

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailer.plain import COLUMNS, clean, one_line, wrap


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


@given(
    st.text(st.sampled_from("aé-. \u00a0\t\n") | st.sampled_from("bcdefgh"), max_size=300),
    st.sampled_from(["", "  ", "- "]),
)
def test_words_are_wrapped_as_by_the_library(words: str, hanging: str) -> None:
    lines = textwrap.wrap(words, COLUMNS, subsequent_indent=hanging, break_long_words=False,
                          break_on_hyphens=False)
    assert wrap(words, hanging=hanging) == "\n".join(lines)
