"""Which DMARC record holds, of which organisation a domain is, and what that does to alignment."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsletter.dns import dmarc
from newsletter.dns.check import check
from newsletter.dns.tags import mailboxes_of, tags_of
from tests.dns.sender import BOUNCES, OURS, publication, resolver_of
from tests.dns.server import NameServer


@pytest.fixture
def empty() -> Iterator[NameServer]:
    with NameServer("").running() as running:
        yield running


def put(names: NameServer, **records: str) -> None:
    """DMARC records at names, in which an underscore stands for the dot."""
    for name, text in records.items():
        names.put(f"_dmarc.{name.replace('_', '.')}", "TXT", f'"v=DMARC1; {text}"')


@pytest.mark.parametrize(("records", "domain", "organisation"), [
    ({}, "a.b.example", "a.b.example"),
    ({"b_example": "p=none"}, "a.b.example", "b.example"),
    ({"b_example": "p=none", "a_b_example": "p=reject"}, "a.b.example", "b.example"),
    ({"b_example": "p=none", "a_b_example": "p=reject; psd=n"}, "x.a.b.example", "a.b.example"),
    ({"example": "p=reject; psd=y"}, "a.b.example", "b.example"),
    ({"example": "p=reject; psd=y", "b_example": "p=none"}, "a.b.example", "b.example"),
    ({"c_example": "p=none"}, "1.2.3.4.5.6.7.8.9.a.b.c.example", "c.example"),
])
def test_the_walk_up_finds_the_organisation(
    empty: NameServer, records: dict[str, str], domain: str, organisation: str
) -> None:
    put(empty, **records)
    assert dmarc.organisation_of(resolver_of(empty), domain) == organisation
    assert len(empty.asked) <= dmarc.MOST_LABELS


def test_two_records_at_a_name_are_none(empty: NameServer) -> None:
    put(empty, example="p=none")
    empty.put("_dmarc.b.example", "TXT", '"v=DMARC1; p=reject"', '"v=DMARC1; p=none"')
    assert [each.domain for each in dmarc.walk(resolver_of(empty), "b.example")] == ["example"]


@pytest.mark.parametrize(("text", "verdict"), [
    ("p=reject", "ok"), ("p=none; sp=reject", "ok"), ("p=reject; sp=none", "differs"),
    ("p=quarantine", "differs"), ("p=none", "differs"),
])
def test_the_organisations_policy_for_subdomains_holds_for_ours(
    names: NameServer, text: str, verdict: str
) -> None:
    names.drop(f"_dmarc.{OURS}", "TXT")
    put(names, example=f"{text}; psd=n; rua=mailto:rapporten@elders.example")
    found = {(each.check.value, each.name): each
             for each in check(publication(), resolver_of(names))}
    assert found["dmarc", f"_dmarc.{OURS}"].verdict == verdict


def test_a_return_path_of_another_organisation_is_not_aligned(names: NameServer) -> None:
    facts = replace(publication(), bounce_domain="bounces.elders.example")
    found = {each.check.value: each for each in check(facts, resolver_of(names))}
    assert found["alignment"].verdict == "differs"
    assert "DKIM must carry DMARC alone" in found["alignment"].says


def test_a_strict_dmarc_does_not_count_a_signature_of_the_domain_above(names: NameServer) -> None:
    above = tuple(replace(key, domain="example") for key in publication().dkim_keys or ())
    facts = replace(publication(), dkim_keys=above, bounce_domain=BOUNCES)
    names.put(f"_dmarc.{OURS}", "TXT", '"v=DMARC1; p=reject; adkim=s"')
    found = {each.check.value: each for each in check(facts, resolver_of(names))}
    assert found["alignment"].found == "adkim=s"


def test_tags_and_mailboxes_are_read_as_the_rfcs_write_them() -> None:
    assert tags_of(" V = DMARC1 ;p=reject;; nonsense; p=none ;") == {"v": "DMARC1", "p": "reject"}
    assert mailboxes_of("mailto:A@x.example!10m, https://y.example,mailto:b@z.example?s=1") == [
        "a@x.example", "b@z.example"]
