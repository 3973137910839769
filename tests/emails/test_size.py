"""Size: what the measure says is never less than what a reader's program decodes (M11)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliveries.models import MailKind
from newsletter.emails import welcome
from newsletter.emails.single import Choices
from newsletter.emails.size import LARGEST_HTML, Size, check_size
from newsletter.errors import MailTooLarge
from newsletter.mailer import places
from newsletter.mailer.encode import encode
from newsletter.mailer.message import write_single
from newsletter.mailer.plain import one_line
from newsletter.mailings.contents import EditionContent, Section
from tests.emails.material import (
    COLUMN,
    EDITION,
    IDENTITY,
    URLS,
    edition,
    parsed,
    prepared,
    reader_lines,
)

LONGEST = dict.fromkeys(places.READER_PLACES, "x" * places.LONGEST_TOKEN)


def html_bytes(raw: bytes) -> int:
    """The bytes of the HTML part as they are once decoded, line ends included."""
    part = parsed(raw).get_body(("html",))
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return len(payload)


@given(
    st.lists(st.text(alphabet="aé&<\n \x1f", max_size=60).map(lambda t: t.replace("\x1f", "")),
             min_size=1, max_size=4),
    st.text(alphabet="aé&<>\"' ", max_size=200).map(one_line),
)
def test_the_measure_is_exact_for_any_blocks(texts: list[str], why: str) -> None:
    sources = [f"{text}{places.place('why')}{places.place('leave_token')}" for text in texts]
    raw = write_single(
        subject="x", shared_headers=(), reader_headers=(), text=[encode("x")],
        html=[encode(source) for source in sources], values={"why": why, **LONGEST},
    )
    assert html_bytes(raw) == sum(Size(source).with_values({"why": why}) for source in sources)


def with_articles(count: int) -> EditionContent:
    """An edition of so many articles."""
    items = tuple(replace(COLUMN, id=number) for number in range(1, count + 1))
    return replace(EDITION, sections=(Section("Veel & nog meer", items),))


def compiles(count: int) -> bool:
    """Whether so many articles make an edition that may be sent."""
    try:
        edition(with_articles(count))
    except MailTooLarge:
        return False
    return True


def test_the_largest_that_compiles_stays_below_the_limit_with_the_longest_tokens() -> None:
    most = next(count for count in range(5, 200) if not compiles(count + 1))
    manifest = edition(with_articles(most))
    sizes = [
        html_bytes(prepared(manifest, key, MailKind.EDITION)
                   .join(headers=reader_lines(), values=LONGEST))
        for key in ("nl:mail", "en:mail")
    ]
    assert max(sizes) <= LARGEST_HTML == 102_400 - 2_048
    assert max(sizes) > LARGEST_HTML - 6_000  # so that the limit is what stopped it


def test_a_refusal_says_which_mail_and_how_far_over() -> None:
    with pytest.raises(MailTooLarge, match=r"^nl:mail: 100354 bytes of HTML, at most 100352$"):
        check_size("nl:mail", [Size("x" * 100_350 + "é")], {})


def test_one_reader_mail_that_would_be_clipped_is_refused_as_well() -> None:
    wordy = replace(IDENTITY, postal_address="Postbus " * 20_000)
    chosen = welcome.Welcome("nl", "mail", Choices(True, "weekly", ("Data",)), None)
    with pytest.raises(MailTooLarge, match=r"^welcome: \d+ bytes"):
        welcome.write(chosen, identity=wordy, urls=URLS)
