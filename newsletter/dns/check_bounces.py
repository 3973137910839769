"""Checks where bounces arrive, and that they arrive over TLS: MX, MTA-STS, TLS-RPT, DANE."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial

from newsletter.dns import records, tlsa
from newsletter.dns.ask import Resolver, Unanswered
from newsletter.dns.fetch import Fetch
from newsletter.dns.finding import Check, Finding, differs, look, missing, ok
from newsletter.dns.publication import Publication
from newsletter.dns.tags import mailboxes_of, of_version, tags_of

NOT_FETCHED = "the policy was not fetched (--fetch)"


def check_bounces(
    publication: Publication, resolver: Resolver, *, mail_hosts: Sequence[str],
    fetch: Fetch | None = None,
) -> Iterator[Finding]:
    """One finding for each record; `mail_hosts` are those of `hosts_of`.

    Without `fetch` the MTA-STS policy itself is not looked at.
    """
    domain = publication.bounce_domain
    yield look(Check.MX, domain, partial(_mx, publication, resolver))
    yield look(Check.MTA_STS, f"_mta-sts.{domain}",
               partial(_mta_sts, resolver, domain, mail_hosts, fetch))
    yield look(Check.MTA_STS, f"mta-sts.{domain}",
               partial(_policy, publication, resolver, mail_hosts, fetch))
    yield look(Check.TLS_RPT, f"_smtp._tls.{domain}", partial(_tls_rpt, publication, resolver))
    for host in mail_hosts:
        yield look(Check.TLSA, tlsa.name_for(host), partial(_tlsa, publication, resolver, host))
        yield look(Check.IPV6, host, partial(_ipv6, resolver, host))


def hosts_of(publication: Publication, resolver: Resolver) -> Sequence[str]:
    """The hosts that take bounces as published, else those that should be."""
    try:
        found = resolver.ask(publication.bounce_domain, "MX").names()
    except Unanswered:
        found = []
    return [host for host in found if host] or publication.mail_hosts


def _mx(publication: Publication, resolver: Resolver) -> Finding:
    expected = " and ".join(record.value for record in records.mx(publication))
    hosts = resolver.ask(publication.bounce_domain, "MX").names()
    if not hosts:
        return missing(expected)
    shown = " and ".join(host or "." for host in hosts)
    if not all(hosts):
        return differs(shown, expected, "a null MX takes no mail (RFC 7505)")
    for host in hosts:
        if resolver.ask(host, "A").is_alias:
            return differs(shown, expected, f"{host} is an alias (RFC 5321 §5.1)")
        if not resolver.addresses(host):
            return differs(shown, expected, f"{host} has no address")
    return ok(shown)


def _mta_sts(
    resolver: Resolver, domain: str, mail_hosts: Sequence[str], fetch: Fetch | None
) -> Finding:
    record = records.mta_sts(domain, records.mta_sts_policy(mail_hosts))
    found = of_version(resolver.ask(record.name, "TXT").texts(), "STSv1")
    if len(found) != 1:
        return differs(" and ".join(found), record.value, f"{len(found)} records, which is none"
                       ) if found else missing(record.value)
    policy_id = tags_of(found[0]).get("id", "")
    if not re.fullmatch(r"[A-Za-z0-9]{1,32}", policy_id):
        return differs(found[0], record.value, "id= must be 1 to 32 letters and digits")
    if policy_id == tags_of(record.value)["id"]:
        return ok(found[0])
    # Somebody may have a policy and an id of her own; only the policy itself can tell.
    return ok(found[0], "an id of your own: renew it with each change of the policy"
              ) if fetch else differs(found[0], record.value, f"not the id of the policy that "
                                      f"`newsletter dns policy` prints; {NOT_FETCHED}")


def _policy(
    publication: Publication, resolver: Resolver, mail_hosts: Sequence[str], fetch: Fetch | None
) -> Finding:
    name = f"mta-sts.{publication.bounce_domain}"
    addresses = resolver.addresses(name)
    if not addresses:
        record = records.mta_sts_host(publication)
        return missing(f"CNAME {record.value}" if record else "an address of the web server")
    if fetch is None:
        return ok(" and ".join(map(str, addresses)), NOT_FETCHED)
    text = fetch(name, addresses)
    fault = _fault(text, mail_hosts)
    expected = " ".join(records.mta_sts_policy(mail_hosts).split("\r\n"))
    shown = " ".join(text.split())
    return differs(shown, expected.strip(), fault) if fault else ok(shown)


def _fault(policy: str, mail_hosts: Sequence[str]) -> str:
    """What a policy lacks to guard these hosts (RFC 8461 §3.2, §4.1); empty when nothing."""
    split = (line.partition(":") for line in policy.splitlines())
    pairs = [(key.strip(), value.strip()) for key, _, value in split]
    keys = dict(reversed(pairs))  # the first of each counts
    patterns = [value.lower() for key, value in pairs if key == "mx"]
    if keys.get("version") != "STSv1":
        return "version: STSv1 is missing"
    if keys.get("mode") != "enforce":
        return f"the mode is {keys.get('mode', 'missing')}"
    if not re.fullmatch(r"\d{1,10}", keys.get("max_age", "")):
        return "max_age is no number of seconds"
    outside = [host for host in mail_hosts if not any(
        fnmatchcase(host, pattern) and host.count(".") == pattern.count(".")
        for pattern in patterns)]
    return f"{outside[0]} takes mail and is not in it" if outside else ""


def _tls_rpt(publication: Publication, resolver: Resolver) -> Finding:
    record = records.tls_rpt(publication)
    found = of_version(resolver.ask(record.name, "TXT").texts(), "TLSRPTv1")
    if not found:
        return missing(record.value)
    if len(found) > 1:
        return differs(" and ".join(found), record.value, f"{len(found)} records, which is none")
    if publication.reports_to.lower() not in mailboxes_of(tags_of(found[0]).get("rua", "")):
        return differs(found[0], record.value, f"reports do not go to {publication.reports_to}")
    return ok(found[0])


def _tlsa(publication: Publication, resolver: Resolver, host: str) -> Finding:
    certificate = publication.certificate
    expected = tlsa.record(certificate) if certificate else "3 1 1 <SHA-256 of the public key>"
    answer = resolver.ask(tlsa.name_for(host), "TLSA")
    if not answer.found:
        return missing(expected)
    shown = " and ".join(record.to_text() for record in answer.found)
    usable = [record for record in answer.found if tlsa.is_for_smtp(
        usage=record.usage, selector=record.selector, matching=record.mtype)]
    if not usable:
        return differs(shown, expected, "none that a sender of mail can use (RFC 7672 §3.1)")
    if certificate and not any(tlsa.fits(
        certificate, usage=record.usage, selector=record.selector, matching=record.mtype,
        associated=record.cert,
    ) for record in usable):
        return differs(shown, expected, "not this certificate")
    if not answer.is_secure and resolver.validates():
        return differs(shown, expected, "not signed (no AD), so nobody heeds it")
    notes = ["" if certificate else "the certificate was not compared (--certificate)",
             "" if answer.is_secure else "signature not checked"]
    return ok(shown, "; ".join(filter(None, notes)))


def _ipv6(resolver: Resolver, host: str) -> Finding:
    found = resolver.ask(host, "AAAA").addresses()
    return ok(" and ".join(map(str, found))) if found else missing("an AAAA record")
