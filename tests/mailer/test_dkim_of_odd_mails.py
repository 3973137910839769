"""DKIM of mails that nobody thinks of: lawful, odd, and verified by others all the same."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mailer import headers
from newsletter.mailer.dkim import canonical_body
from tests.mailer import verifiers
from tests.mailer.test_dkim import BOTH, DOMAIN, OWN, SHARED, keys, signed, verified

# Whatever the bytes are, as long as they are lines with CRLF: what SMTP carries.
_SPACE = st.sampled_from([" ", "\t", "  ", " \t ", "\x0b", "\x0c", "\xa0"])
_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12)
LINES = st.lists(st.lists(_WORDS | _SPACE, max_size=6).map("".join) | st.just(""), max_size=12)
BODIES = LINES.map(lambda lines: "".join(f"{line}\r\n" for line in lines).encode())
PRINTED = st.characters(min_codepoint=32, exclude_categories=("Cc", "Cs"))
VALUES = st.text(PRINTED, min_size=1, max_size=120)


@given(BODIES, st.data())
def test_pieces_of_a_body_are_made_canonical_like_the_whole(
    body: bytes, data: st.DataObject
) -> None:
    ends = [found.end() for found in re.finditer(rb"\r\n", body)]
    cuts = sorted(data.draw(st.sets(st.sampled_from(ends)))) if ends else []
    places = [0, *cuts, len(body)]
    pieces = [body[a:b] for a, b in itertools.pairwise(places)]
    assert b"".join(map(canonical_body, pieces)) == canonical_body(body)


def odd_mails() -> list[bytes]:
    """Mails with odd but lawful lines and bodies, each verified by dkimpy as it is found."""
    mails: list[bytes] = []

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(BODIES, VALUES, VALUES, st.sampled_from(["a@b.example", "jörg@zürich.example"]))
    def gather(body: bytes, subject: str, name: str, reader: str) -> None:
        shared = (
            headers.address_line("From", [(name, f"news@{DOMAIN}")]),
            headers.text_line("Subject", subject), *SHARED[3:],
        )
        own = (headers.address_line("To", [("", reader)]), *OWN[1:])
        mail = signed(body, shared=shared, own=own)
        assert verified(mail) == [BOTH]
        mails.append(mail)

    gather()
    return mails


@pytest.mark.needs("opendkim", "libmail-dkim-perl")
def test_odd_lines_and_bodies_are_verified_by_three(tmp_path: Path) -> None:
    mails = odd_mails()
    assert len(mails) >= 40
    records = verifiers.records_of(keys())
    assert verifiers.by_opendkim(mails, records, tmp_path) == [BOTH] * len(mails)
    found = verifiers.by_mail_dkim(mails, records, tmp_path)
    assert all("r20261124" in each for each in found)
    assert len(found) == len(mails)
