"""What is printed, once published, is found right; each record that breaks is one red line."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from newsletter.dns import tlsa
from tests.dns.sender import BOUNCES, HOST, OURS, REPORTS, V4, V6, lines_of, wrong_of
from tests.dns.server import NameServer

SPF_OURS, SPF_BOUNCES = ("spf", OURS), ("spf", BOUNCES)
RSA, ED = ("dkim", f"rsa1._domainkey.{OURS}"), ("dkim", f"ed1._domainkey.{OURS}")
DMARC, ALIGNMENT = ("dmarc", f"_dmarc.{OURS}"), ("alignment", BOUNCES)
CONSENT = ("dmarc", f"{OURS}._report._dmarc.elders.example")
MX, TLS_RPT = ("mx", BOUNCES), ("tls-rpt", f"_smtp._tls.{BOUNCES}")
STS, STS_HOST = ("mta-sts", f"_mta-sts.{BOUNCES}"), ("mta-sts", f"mta-sts.{BOUNCES}")
TLSA, IPV6 = ("tlsa", tlsa.name_for(HOST)), ("ipv6", HOST)
PTR4, PTR6 = ("ptr", V4), ("ptr", V6)
REVERSE4 = "10.2.0.192.in-addr.arpa"
REVERSE6 = "0.1." + "0." * 22 + "8.b.d.0.1.0.0.2.ip6.arpa"
ALL = {SPF_OURS, SPF_BOUNCES, RSA, ED, DMARC, ALIGNMENT, CONSENT, MX, TLS_RPT, STS, STS_HOST, TLSA,
       IPV6, PTR4, PTR6, ("dnssec", OURS), ("dnssec", BOUNCES), ("dnssec", HOST)}


class Break(NamedTuple):
    """What is broken, and the only line that may be red."""

    line: tuple[str, str]
    verdict: str
    breaks: Callable[[NameServer], None]


def gone(name: str, kind: str) -> Callable[[NameServer], None]:
    return lambda names: names.drop(name, kind)


def texts(name: str, *values: str) -> Callable[[NameServer], None]:
    return lambda names: names.put(name, "TXT", *(f'"{value}"' for value in values))


def other(name: str, kind: str, *values: str) -> Callable[[NameServer], None]:
    return lambda names: names.put(name, kind, *values)


def edited(name: str, old: str, new: str) -> Callable[[NameServer], None]:
    def put(names: NameServer) -> None:
        text = names.text(name).replace(old, new)
        assert text != names.text(name)
        pieces = [text[at : at + 255] for at in range(0, len(text), 255)]
        names.put(name, "TXT", " ".join(f'"{piece}"' for piece in pieces))

    return put


def unsigned(name: str) -> Callable[[NameServer], None]:
    return lambda names: names.unsigned.add(name)


BROKEN = {
    "spf_gone": Break(SPF_OURS, "missing", gone(OURS, "TXT")),
    "spf_of_bounces_gone": Break(SPF_BOUNCES, "missing", gone(BOUNCES, "TXT")),
    "spf_twice": Break(SPF_OURS, "differs", texts(OURS, "v=spf1 -all", f"v=spf1 ip4:{V4} -all")),
    "spf_without_ipv6": Break(SPF_OURS, "differs", texts(OURS, f"v=spf1 ip4:{V4} -all")),
    "spf_open": Break(SPF_OURS, "differs", edited(OURS, "-all", "?all")),
    "spf_misspelt": Break(SPF_OURS, "differs", edited(OURS, "ip4:", "ipv4:")),
    "spf_goes_round": Break(SPF_OURS, "differs", texts(OURS, f"v=spf1 include:{OURS} -all")),
    "dkim_gone": Break(RSA, "missing", gone(RSA[1], "TXT")),
    "dkim_of_another_key": Break(RSA, "differs", edited(RSA[1], "p=MII", "p=MIJ")),
    "dkim_revoked": Break(ED, "differs", texts(ED[1], "v=DKIM1; k=ed25519; p=")),
    "dkim_of_another_kind": Break(ED, "differs", edited(ED[1], "k=ed25519", "k=rsa")),
    "dkim_in_test": Break(ED, "differs", edited(ED[1], "v=DKIM1;", "v=DKIM1; t=y;")),
    "dkim_sha1_only": Break(ED, "differs", edited(ED[1], "v=DKIM1;", "v=DKIM1; h=sha1;")),
    "dkim_twice": Break(ED, "differs", texts(ED[1], "v=DKIM1; p=", "v=DKIM1; p=x")),
    "dmarc_only_watches": Break(DMARC, "differs", edited(DMARC[1], "p=reject", "p=none")),
    "dmarc_in_test": Break(DMARC, "differs", edited(DMARC[1], "p=reject", "p=reject; t=y")),
    "dmarc_for_a_part": Break(DMARC, "differs", edited(DMARC[1], "p=reject", "p=reject; pct=5")),
    "dmarc_reports_elsewhere": Break(DMARC, "differs", edited(DMARC[1], REPORTS, "x@y.example")),
    "alignment_strict": Break(ALIGNMENT, "differs", edited(DMARC[1], "reject;", "reject; aspf=s;")),
    "consent_gone": Break(CONSENT, "missing", gone(CONSENT[1], "TXT")),
    "mx_gone": Break(MX, "missing", gone(BOUNCES, "MX")),
    "mx_takes_nothing": Break(MX, "differs", other(BOUNCES, "MX", "0 .")),
    "mta_sts_gone": Break(STS, "missing", gone(STS[1], "TXT")),
    "mta_sts_of_another_policy": Break(STS, "differs", texts(STS[1], "v=STSv1; id=20261126")),
    "mta_sts_id_bad": Break(STS, "differs", texts(STS[1], "v=STSv1; id=2026-11-26")),
    "mta_sts_host_gone": Break(STS_HOST, "missing", gone(STS_HOST[1], "CNAME")),
    "tls_rpt_gone": Break(TLS_RPT, "missing", gone(TLS_RPT[1], "TXT")),
    "tls_rpt_elsewhere": Break(TLS_RPT, "differs", edited(TLS_RPT[1], REPORTS, "x@y.example")),
    "tls_rpt_twice": Break(TLS_RPT, "differs", texts(
        TLS_RPT[1], f"v=TLSRPTv1; rua=mailto:{REPORTS}", "v=TLSRPTv1; rua=mailto:x@y.example")),
    "tlsa_gone": Break(TLSA, "missing", gone(TLSA[1], "TLSA")),
    "tlsa_of_another_key": Break(TLSA, "differs", other(TLSA[1], "TLSA", "3 1 1 " + "ab" * 32)),
    "tlsa_not_for_smtp": Break(TLSA, "differs", other(TLSA[1], "TLSA", "1 1 1 " + "ab" * 32)),
    "tlsa_unsigned": Break(TLSA, "differs", unsigned(TLSA[1])),
    "dnssec_of_from": Break(("dnssec", OURS), "differs", unsigned(OURS)),
    "dnssec_of_bounces": Break(("dnssec", BOUNCES), "differs", unsigned(BOUNCES)),
    "dnssec_of_host": Break(("dnssec", HOST), "differs", unsigned(HOST)),
    "ptr_gone": Break(PTR4, "missing", gone(REVERSE4, "PTR")),
    "ptr_of_ipv6_gone": Break(PTR6, "missing", gone(REVERSE6, "PTR")),
    "ptr_leads_elsewhere": Break(PTR4, "differs", other(REVERSE4, "PTR", "host.provider.example.")),
    "forward_leads_elsewhere": Break(PTR4, "differs", other(HOST, "A", "192.0.2.99")),
}


def test_what_is_printed_and_published_is_found_right(names: NameServer) -> None:
    found = lines_of(names)
    assert {key: each.verdict.value for key, each in found.items()} == dict.fromkeys(ALL, "ok")
    assert "0 of at most 10 lookups" in found[SPF_OURS].says
    assert "not fetched" in found[STS_HOST].says


@pytest.mark.parametrize("broken", list(BROKEN))
def test_each_record_that_breaks_is_one_red_line(names: NameServer, broken: str) -> None:
    line, verdict, breaks = BROKEN[broken]
    breaks(names)
    assert wrong_of(names) == {line: verdict}
    assert lines_of(names)[line].says


def test_every_line_is_broken_by_some_case() -> None:
    # IPv6 and DMARC have tests of their own, for others depend on them.
    assert ALL - {each.line for each in BROKEN.values()} == {IPV6}


def test_a_host_without_ipv6_is_red_and_so_is_the_address_that_leads_to_it(
    names: NameServer,
) -> None:
    names.drop(HOST, "AAAA")
    assert wrong_of(names) == {IPV6: "missing", PTR6: "differs"}


def test_without_dmarc_there_is_no_alignment_to_look_at(names: NameServer) -> None:
    names.drop(DMARC[1], "TXT")
    assert wrong_of(names) == {DMARC: "missing", ALIGNMENT: "not checked"}


def test_a_mail_host_that_is_an_alias_is_refused(names: NameServer) -> None:
    for kind in ("A", "AAAA"):
        names.drop(HOST, kind)
    names.put(HOST, "CNAME", "real.nieuws.example.")
    names.put("real.nieuws.example", "A", V4)
    names.put("real.nieuws.example", "AAAA", V6)
    assert wrong_of(names) == {MX: "differs"}
    assert "alias" in lines_of(names)[MX].says


def test_a_resolver_that_verifies_nothing_is_said_and_blames_no_zone(names: NameServer) -> None:
    names.validates = False
    assert wrong_of(names) == {("dnssec", name): "not checked" for name in (OURS, BOUNCES, HOST)}
    assert "signature not checked" in lines_of(names)[TLSA].says
