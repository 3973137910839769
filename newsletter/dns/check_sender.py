"""Checks what shows that a mail is ours: SPF, DKIM, DMARC and their alignment."""

import re
from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Address

from newsletter.dns import dmarc, records
from newsletter.dns.ask import Resolver
from newsletter.dns.finding import Check, Finding, differs, look, missing, not_checked, ok
from newsletter.dns.publication import Publication, PublicKey
from newsletter.dns.spf import MOST_LOOKUPS, BadSpf, Evaluation, records_of
from newsletter.dns.tags import mailboxes_of, of_version, tags_of

NOBODY = IPv4Address(0)  # no mail comes from there (RFC 1122 §3.2.1.3)


def check_sender(publication: Publication, resolver: Resolver) -> Iterator[Finding]:
    """One finding for each record."""
    ours = publication.from_domain
    for domain in dict.fromkeys((ours, publication.bounce_domain)):
        yield look(Check.SPF, domain, partial(_spf, publication, resolver, domain))
    for key in publication.dkim_keys or ():
        yield look(Check.DKIM, records.dkim(key).name, partial(_dkim, resolver, key))
    if not publication.dkim_keys:
        yield look(Check.DKIM, f"_domainkey.{ours}", partial(_no_key, publication))
    yield look(Check.DMARC, f"_dmarc.{ours}", partial(_dmarc, publication, resolver))
    consent = records.report_consent(publication)
    if consent:
        yield look(Check.DMARC, consent.name,
                   partial(_report_consent, publication, resolver, consent.name))
    yield look(Check.ALIGNMENT, publication.bounce_domain,
               partial(_alignment, publication, resolver))


def _spf(publication: Publication, resolver: Resolver, domain: str) -> Finding:
    record = records.spf(domain, publication.hosts)
    expected = record.value if record else "v=spf1 <the sending addresses> -all"
    found = records_of(resolver.ask(domain, "TXT").texts())
    if not found:
        return missing(expected)
    if len(found) > 1:
        return differs(" and ".join(found), expected, f"{len(found)} SPF records, which is none")
    lookups, closing = 0, "neutral"
    for address in [host.address for host in publication.hosts] or [NOBODY]:
        evaluation = Evaluation(resolver, address=address, sender=f"postmaster@{domain}")
        try:
            result = evaluation.result(domain)
        except BadSpf as error:
            return differs(found[0], expected, str(error))
        lookups, closing = max(lookups, evaluation.lookups), evaluation.closing
        if publication.hosts and result != "pass":
            return differs(found[0], expected, f"{address} gets {result}")
    if closing not in ("fail", "softfail"):
        return differs(found[0], expected, f"who is not named gets {closing}")
    counted = f"{lookups} of at most {MOST_LOOKUPS} lookups"
    return ok(found[0], counted if publication.hosts else
              f"{counted}; addresses not checked, for SENDING_ADDRESSES is empty")


def _dkim(resolver: Resolver, key: PublicKey) -> Finding:
    record = records.dkim(key)
    texts = resolver.ask(record.name, "TXT").texts()
    if not texts:
        return missing(record.value)
    if len(texts) > 1:
        return differs(" and ".join(texts), record.value, f"{len(texts)} records, which is none")
    tags, ours = tags_of(texts[0]), tags_of(record.value)
    faults = {
        "no version DKIM1": tags.get("v", "DKIM1") != "DKIM1",
        "another kind of key": tags.get("k", "rsa").lower() != ours["k"],
        "revoked": tags.get("p") == "",
        "not the key that signs": re.sub(r"\s", "", tags.get("p", "")) != ours["p"],
        "SHA-256 is not allowed": "sha256" not in _listed(tags.get("h", "sha256")),
        "not for mail": not {"*", "email"} & _listed(tags.get("s", "*")),
        "still in test (t=y)": "y" in _listed(tags.get("t", "")),
    }
    fault = next((words for words, holds in faults.items() if holds), None)
    return differs(texts[0], record.value, fault) if fault else ok(texts[0])


def _listed(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(":")}


def _no_key(publication: Publication) -> Finding:
    if publication.dkim_keys is None:
        return not_checked("the relay signs, with keys that are unknown here")
    return missing("the public key of each selector", "there is no key that signs")


def _dmarc(publication: Publication, resolver: Resolver) -> Finding:
    domain, expected = publication.from_domain, records.dmarc(publication).value
    own = dmarc.records_at(resolver, domain)
    if len(own) > 1:
        return differs(" and ".join(own), expected, f"{len(own)} DMARC records, which is none")
    record = dmarc.in_force(resolver, domain)
    if record is None:
        return missing(expected)
    tags, policy = record.tags, dmarc.policy_for(domain, record)
    faults = {
        f"the policy is {policy}": policy != "reject",
        "still in test (t=y)": tags.get("t", "n").lower() == "y",
        "holds for a part only (pct)": tags.get("pct", "100") != "100",
        f"reports do not go to {publication.reports_to}":
            publication.reports_to.lower() not in mailboxes_of(tags.get("rua", "")),
    }
    fault = next((words for words, holds in faults.items() if holds), None)
    if fault:
        return differs(record.text, expected, fault)
    return ok(record.text, "" if record.domain == domain else f"by {record.domain}")


def _report_consent(publication: Publication, resolver: Resolver, name: str) -> Finding:
    ours, theirs = publication.from_domain, publication.reports_domain
    if dmarc.organisation_of(resolver, ours) == dmarc.organisation_of(resolver, theirs):
        return not_checked(f"not needed, {theirs} is of the same organisation")
    texts = resolver.ask(name, "TXT").texts()
    found = of_version(texts, "DMARC1")
    if found:
        return ok(found[0])
    return differs(" and ".join(texts), "v=DMARC1") if texts else missing("v=DMARC1")


def _alignment(publication: Publication, resolver: Resolver) -> Finding:
    ours, theirs = publication.from_domain, publication.bounce_domain
    if ours == theirs:
        return ok("the return path is under the From domain itself")
    record = dmarc.in_force(resolver, ours)
    if record is None:
        return not_checked("there is no DMARC record that asks for it")
    if record.tags.get("aspf", "r").lower() == "s":
        return differs("aspf=s", "aspf=r", f"SPF of {theirs} does not count for {ours}")
    strict = record.tags.get("adkim", "r").lower() == "s"
    others = [key.domain for key in publication.dkim_keys or () if key.domain != ours]
    if strict and others:
        return differs("adkim=s", "adkim=r",
                       f"a signature of {others[0]} does not count for {ours}")
    organisations = [dmarc.organisation_of(resolver, name) for name in (ours, theirs)]
    if organisations[0] != organisations[1]:
        return differs(" and ".join(organisations), "one organisation",
                       f"SPF of {theirs} does not count for {ours}: DKIM must carry DMARC alone")
    return ok(f"both of {organisations[0]}")
