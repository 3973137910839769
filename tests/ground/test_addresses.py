"""Addresses: what can be written to is taken, what cannot is refused, nothing is changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.addresses import check, identity_of, mailbox_of, mailbox_spellings, mask
from newsletter.errors import BadAddress

LABEL = "a" * 63
VALID = [
    "noor@gemeente.example",
    "n@a.example",
    "Noor.de.Wit@Gemeente.example",
    "noor+nieuws@gemeente.example",
    "o'brien@gemeente.example",
    "!#$%&'*+-/=?^_`{|}~@gemeente.example",
    "1234567890@gemeente.example",
    "_@gemeente.example",
    "noor@afdeling.zaken.gemeente.example",
    "noor@a-b.example",
    "noor@123.example",
    '"noor de wit"@gemeente.example',
    '"noor@thuis"@gemeente.example',
    '"a..b"@gemeente.example',
    "l" * 64 + "@gemeente.example",
    f"noor@{LABEL}.example",
    "noor@xn--bcher-kva.example",
    "noor@bücher.example",
    "zoë@gemeente.example",
    "用户@例子.example",
    "δοκιμή@παράδειγμα.example",
]
INVALID = {
    "": "empty",
    "   ": "empty",
    "noor": "no_at",
    "gemeente.example": "no_at",
    "@gemeente.example": "malformed",
    "noor@": "malformed",
    "noor@@gemeente.example": "malformed",
    "noor@gemeente": "malformed",
    ".noor@gemeente.example": "malformed",
    "noor.@gemeente.example": "malformed",
    "noor..wit@gemeente.example": "malformed",
    "noor wit@gemeente.example": "malformed",
    "noor@gemeente .example": "malformed",
    "noor@-gemeente.example": "malformed",
    "noor@gemeente-.example": "malformed",
    "noor@gemeente..example": "malformed",
    "noor@.example": "malformed",
    "noor@gem_eente.example": "malformed",
    "noor@[192.0.2.1]": "malformed",
    "noor@[IPv6:2001:db8::1]": "malformed",
    "Noor <noor@gemeente.example>": "malformed",
    "noor@gemeente.example, jan@gemeente.example": "malformed",
    "noor@gemeente.example;": "malformed",
    "(zoals) noor@gemeente.example": "malformed",
    '"noor@gemeente.example': "malformed",
    "noor\\@gemeente.example": "malformed",
    "l" * 65 + "@gemeente.example": "local_too_long",
    "ë" * 33 + "@gemeente.example": "local_too_long",
    f"noor@{LABEL}a.example": "malformed",
    "noor@" + ".".join([LABEL] * 4) + ".example": "too_long",
    "noor@" + "a" * 100_000 + ".example": "too_long",
    "noor\x00@gemeente.example": "control_character",
    "noor\r\nBcc: x@gemeente.example": "control_character",
    "noor\t@gemeente.example": "control_character",
    "noor\u200b@gemeente.example": "control_character",
    "noor\u202e@gemeente.example": "control_character",
    "noor\u2028@gemeente.example": "control_character",
    "noor\ud800@gemeente.example": "control_character",
    "noor@gemeente.invalid": "malformed",
    "noor@localhost": "malformed",
}


@pytest.mark.parametrize("address", VALID)
def test_an_address_that_can_be_written_to_is_taken(address: str) -> None:
    assert identity_of(check(address)).rpartition("@")[0] == address.rpartition("@")[0].lower()


@pytest.mark.parametrize(("address", "reason"), INVALID.items(), ids=ascii)
def test_an_address_that_cannot_be_is_refused_with_the_reason(address: str, reason: str) -> None:
    with pytest.raises(BadAddress) as refused:
        check(address)
    assert (refused.value.field, refused.value.reason) == ("address", reason)


def test_the_local_part_is_kept_as_typed_and_the_domain_in_lower_case() -> None:
    assert check("  Noor.De.Wit+Nieuws@GEMEENTE.Example\n") == "Noor.De.Wit+Nieuws@gemeente.example"


def test_254_octets_are_taken_and_one_more_is_not() -> None:
    local, domain = "l" * 64, ".".join(["a" * 60] * 3)
    end = "." + "a" * (254 - len(local) - len(domain) - 2)
    assert len(check(f"{local[1:]}@{domain}{end}a")) == 254
    with pytest.raises(BadAddress, match="too_long"):
        check(f"{local}@{domain}{end}a")


def test_both_spellings_of_an_international_domain_are_one_address() -> None:
    assert check("noor@xn--bcher-kva.example") == check("noor@BÜCHER.example")


@settings(max_examples=100)
@given(st.text(max_size=300) | st.emails())
def test_any_text_is_taken_whole_or_refused(text: str) -> None:
    try:
        taken = check(text)
    except BadAddress:
        return
    assert check(taken) == taken
    assert taken.isprintable()
    assert len(taken.encode()) <= 254


@pytest.mark.parametrize("spelling", ["noor@gemeente.example", "NOOR@gemeente.example",
                                      "Noor@Gemeente.Example"])
def test_case_makes_no_second_person(spelling: str) -> None:
    assert identity_of(spelling) == "noor@gemeente.example"


@pytest.mark.parametrize(("one", "other"), [
    ("noor@gemeente.example", "noor+a@gemeente.example"),
    ("n.oor@gemeente.example", "noor@gemeente.example"),
    ("strauß@gemeente.example", "strauss@gemeente.example"),
    ("noor@straße.example", "noor@strasse.example"),
])
def test_different_addresses_stay_different_people(one: str, other: str) -> None:
    assert identity_of(check(one)) != identity_of(check(other))


@pytest.mark.parametrize("address", [
    "noor.wit@gemeente.example", "noorwit@gemeente.example", "NoorWit+a@gemeente.example",
    "n.o.o.r.wit+b+c@gemeente.example",
])
def test_tags_dots_and_case_share_a_mailbox(address: str) -> None:
    assert mailbox_of(address) == "noorwit@gemeente.example"


@pytest.mark.parametrize("address", [
    "noor.wit@googlemail.com", "NoorWit+a@GoogleMail.com", "noorwit@gmail.com",
])
def test_two_domains_of_one_provider_share_a_mailbox_and_stay_different_people(
    address: str,
) -> None:
    assert mailbox_of(address) == "noorwit@gmail.com"
    assert identity_of(address) == address.lower()


def test_a_row_from_before_a_twin_was_known_is_found_under_its_old_spelling() -> None:
    assert set(mailbox_spellings("noor@gmail.com")) == {"noor@gmail.com", "noor@googlemail.com"}
    assert mailbox_spellings("noor@gemeente.example") == ("noor@gemeente.example",)


def test_a_masked_address_shows_one_letter_and_the_domain() -> None:
    assert mask("noor.de.wit@gemeente.example") == "n…@gemeente.example"
