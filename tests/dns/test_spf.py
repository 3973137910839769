"""SPF as a receiver reads it: results, limits, and records that are wrong."""

from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from newsletter.dns.macros import expand
from newsletter.dns.spf import BadSpf, Evaluation
from tests.dns.sender import V4, V6, lines_of, resolver_of
from tests.dns.server import NameServer

ZONE = """
host.example. 60 IN A 192.0.2.10
host.example. 60 IN AAAA 2001:db8::10
near.example. 60 IN A 192.0.2.77
many.example. 60 IN MX 10 host.example.
pass.example. 60 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
fail.example. 60 IN TXT "v=spf1 -all"
soft.example. 60 IN TXT "v=spf1 ~all"
10.2.0.192.in-addr.arpa. 60 IN PTR host.example.
10.2.0.192.list.example. 60 IN A 127.0.0.2
"""


@pytest.fixture
def spf_names() -> Iterator[NameServer]:
    with NameServer(ZONE).running() as running:
        yield running


def evaluated(
    names: NameServer, *records: str, address: str = V4, sender: str = "b1@sender.example"
) -> tuple[str, Evaluation]:
    """The result for a domain with these records."""
    names.put("sender.example", "TXT", *(f'"{record}"' for record in records))
    evaluation = Evaluation(resolver_of(names), address=ip_address(address), sender=sender)
    return evaluation.result("sender.example"), evaluation


@pytest.mark.parametrize(("record", "address", "result", "lookups"), [
    ("v=spf1", V4, "neutral", 0),
    ("v=spf1 -all", V4, "fail", 0),
    ("V=SPF1 ~ALL", V4, "softfail", 0),
    ("v=spf1   ip4:192.0.2.10  -all", V4, "pass", 0),
    ("v=spf1 ip4:192.0.2.8/30 -all", V4, "pass", 0),
    ("v=spf1 ip4:192.0.2.0/29 -all", V4, "fail", 0),
    ("v=spf1 ip6:2001:db8::/32 -all", V6, "pass", 0),
    ("v=spf1 ip4:192.0.2.10 -all", V6, "fail", 0),
    ("v=spf1 a:host.example -all", V4, "pass", 1),
    ("v=spf1 a:host.example -all", V6, "pass", 1),
    ("v=spf1 a:near.example/24//64 -all", V4, "pass", 1),
    ("v=spf1 a:host.example//32 -all", "2001:db8:1::1", "pass", 1),
    ("v=spf1 mx:many.example -all", V6, "pass", 1),
    ("v=spf1 ptr:example -all", V4, "pass", 1),
    ("v=spf1 exists:%{ir}.list.example -all", V4, "pass", 1),
    ("v=spf1 exists:%{ir}.list.example -all", "192.0.2.11", "fail", 1),
    ("v=spf1 include:pass.example -all", V4, "pass", 1),
    ("v=spf1 include:fail.example ?all", V4, "neutral", 1),
    ("v=spf1 redirect=soft.example", V4, "softfail", 1),
    ("v=spf1 redirect=soft.example -all", V4, "fail", 0),
    ("v=spf1 -ip4:192.0.2.10 +all", V4, "fail", 0),
    ("v=spf1 ip4:192.0.2.10 a:host.example mx:many.example -all", V4, "pass", 2),
    ("v=spf1 exp=why.example x-own=1 -all", V4, "fail", 0),
])
def test_an_address_gets_what_the_record_says(
    spf_names: NameServer, record: str, address: str, result: str, lookups: int
) -> None:
    found, evaluation = evaluated(spf_names, record, address=address)
    assert (found, evaluation.lookups) == (result, lookups)


@pytest.mark.parametrize(("records", "words"), [
    (["v=spf1 -all", "v=spf1 ~all"], "2 SPF records"),
    (["v=spf2 -all"], "no SPF record"),
    (["v=spf1 include:nowhere.example -all"], "nowhere.example has no SPF record"),
    (["v=spf1 redirect=nowhere.example"], "nowhere.example has no SPF record"),
    (["v=spf1 include -all"], "nothing after its name"),
    (["v=spf1 all:host.example"], "too much after its name"),
    (["v=spf1 ip4:2001:db8::1 -all"], "other kind"),
    (["v=spf1 ip4:192.0.2.300 -all"], "no address"),
    (["v=spf1 ip4:192.0.2.0/33 -all"], "cannot be"),
    (["v=spf1 include:pass.example/24 -all"], "cannot be"),
    (["v=spf1 nonsense -all"], "no term of SPF"),
    (["v=spf1 redirect=a.example redirect=b.example"], "twice"),
    (["v=spf1 exists:%{z}.example -all"], "no name"),
    (["v=spf1 include:sender.example -all"], "more than 10 lookups"),
    (["v=spf1 " + "a:host.example " * 11 + "-all"], "more than 10 lookups"),
    (["v=spf1 a:x.example a:y.example a:z.example -all"], "more than 2 lookups find nothing"),
])
def test_a_record_that_receivers_reject_says_why(
    spf_names: NameServer, records: list[str], words: str
) -> None:
    with pytest.raises(BadSpf, match=words):
        evaluated(spf_names, *records)


def test_ten_lookups_are_allowed_and_those_of_an_include_count(spf_names: NameServer) -> None:
    spf_names.put("nine.example", "TXT", f'"v=spf1 {"a:host.example " * 9}-all"')
    result, evaluation = evaluated(spf_names, "v=spf1 include:nine.example -all")
    assert (result, evaluation.lookups) == ("pass", 10)
    with pytest.raises(BadSpf, match="more than 10 lookups"):
        evaluated(spf_names, "v=spf1 include:nine.example a:host.example -all")


def test_more_than_ten_mail_hosts_are_too_many(spf_names: NameServer) -> None:
    spf_names.put("many.example", "MX", *(f"{n} h{n}.example." for n in range(11)))
    with pytest.raises(BadSpf, match="more than 10 hosts"):
        evaluated(spf_names, "v=spf1 mx:many.example -all")


def test_the_line_of_a_record_within_its_limits_counts_the_lookups(names: NameServer) -> None:
    names.put("nieuws.example", "TXT",
              '"v=spf1 a:mail.nieuws.example include:bounces.nieuws.example -all"')
    line = lines_of(names)[("spf", "nieuws.example")]
    assert line.verdict == "ok"
    assert "2 of at most 10 lookups" in line.says


@pytest.mark.parametrize(("target", "name"), [
    # The examples of RFC 7208 §7.4.
    ("%{s}", "strong-bad@email.example.com"), ("%{o}", "email.example.com"),
    ("%{d}", "email.example.com"), ("%{d4}", "email.example.com"), ("%{d3}", "email.example.com"),
    ("%{d2}", "example.com"), ("%{d1}", "com"), ("%{dr}", "com.example.email"),
    ("%{d2r}", "example.email"), ("%{l}", "strong-bad"), ("%{l-}", "strong.bad"),
    ("%{lr}", "strong-bad"), ("%{lr-}", "bad.strong"), ("%{l1r-}", "strong"),
    ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
    ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
    ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
    ("%%%_%-x", "% %20x"), ("%{q}", None), ("%{d0}", None), ("%", None), ("%{d", None),
])
def test_macros_become_the_names_of_the_rfc(target: str, name: str | None) -> None:
    assert expand(target, address=ip_address("192.0.2.3"), sender="strong-bad@email.example.com",
                  domain="email.example.com") == name


def test_an_ipv6_address_becomes_nibbles() -> None:
    name = expand("%{ir}.%{v}._spf.%{d2}", address=ip_address("2001:db8::cb01"),
                  sender="strong-bad@email.example.com", domain="email.example.com")
    assert name == ("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
                    ".ip6._spf.example.com")
