"""The records that a sender publishes, each by the RFC that says how."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from newsletter.dns import tlsa
from newsletter.dns.publication import Publication, PublicKey, SendingHost, is_within

STRING = 255  # octets of one character-string of a TXT record (RFC 1035 §3.3)
WEEK = 604_800  # seconds; what RFC 8461 §3.2 calls "weeks or greater"


class Record(NamedTuple):
    """One record: its name without a last dot, its type, and its text."""

    name: str
    kind: str
    value: str


def spf(domain: str, hosts: Sequence[SendingHost]) -> Record | None:
    """Only these hosts send for the domain (RFC 7208); None when no address is known.

    Addresses and no names: they cost none of the ten lookups of §4.6.4.
    """
    if not hosts:
        return None
    sent_from = " ".join(f"ip{host.address.version}:{host.address}" for host in hosts)
    return Record(domain, "TXT", f"v=spf1 {sent_from} -all")


def dkim(key: PublicKey) -> Record:
    """The public key of a selector (RFC 6376 §3.6.2)."""
    return Record(f"{key.selector}._domainkey.{key.domain}", "TXT", key.record)


def dmarc(publication: Publication) -> Record:
    """What is not ours is to be refused (RFC 9989 §4.7); alignment stays relaxed, so that the
    return path may lie under the From domain."""
    return Record(f"_dmarc.{publication.from_domain}", "TXT",
                  f"v=DMARC1; p=reject; rua={publication.reports_uri}")


def report_consent(publication: Publication) -> Record | None:
    """That another domain takes our reports (RFC 9990 §4); None when it is plainly the same."""
    theirs, ours = publication.reports_domain, publication.from_domain
    if is_within(theirs, ours) or is_within(ours, theirs):
        return None
    return Record(f"{ours}._report._dmarc.{theirs}", "TXT", "v=DMARC1")


def mx(publication: Publication) -> list[Record]:
    """Where bounces arrive (RFC 5321 §5.1)."""
    return [Record(publication.bounce_domain, "MX", f"10 {name}.")
            for name in publication.mail_hosts]


def mta_sts_policy(mail_hosts: Sequence[str]) -> str:
    """The file `https://mta-sts.<domain>/.well-known/mta-sts.txt` (RFC 8461 §3.2)."""
    lines = ["version: STSv1", "mode: enforce", *(f"mx: {name}" for name in mail_hosts),
             f"max_age: {WEEK}"]
    return "".join(f"{line}\r\n" for line in lines)


def mta_sts(domain: str, policy: str) -> Record:
    """That the domain has a policy (RFC 8461 §3.1). Its id is a digest: another policy, another id,
    without anybody having to remember it."""
    return Record(f"_mta-sts.{domain}", "TXT", f"v=STSv1; id={policy_id(policy)}")


def policy_id(policy: str) -> str:
    """The id of a policy: 20 of the 32 letters and digits that RFC 8461 §3.1 allows."""
    return hashlib.sha256(policy.encode()).hexdigest()[:20]


def mta_sts_host(publication: Publication) -> Record | None:
    """The host of the policy, an alias of the web's; None when the web has no public name."""
    if not publication.web_name:
        return None
    return Record(f"mta-sts.{publication.bounce_domain}", "CNAME", f"{publication.web_name}.")


def tls_rpt(publication: Publication) -> Record:
    """Where senders report TLS that failed (RFC 8460 §3)."""
    return Record(f"_smtp._tls.{publication.bounce_domain}", "TXT",
                  f"v=TLSRPTv1; rua={publication.reports_uri}")


def dane(publication: Publication) -> list[Record]:
    """The certificate of each host that takes bounces (RFC 7672 §3.1.1); none without one."""
    certificate = publication.certificate
    return [] if certificate is None else [
        Record(tlsa.name_for(host), "TLSA", tlsa.record(certificate))
        for host in publication.mail_hosts
    ]


def forward(publication: Publication) -> list[Record]:
    """The addresses of the sending hosts."""
    return [Record(host.name, "A" if host.address.version == 4 else "AAAA", str(host.address))
            for host in publication.hosts]


def reverse(publication: Publication) -> list[Record]:
    """The names of the sending addresses (RFC 1912 §2.1)."""
    return [Record(host.address.reverse_pointer, "PTR", f"{host.name}.")
            for host in publication.hosts]


def all_of(publication: Publication) -> list[Record]:
    """Every record that can be said already, in the order of the zone; each once."""
    policy = mta_sts_policy(publication.mail_hosts)
    found = [
        *(spf(domain, publication.hosts)
          for domain in (publication.from_domain, publication.bounce_domain)),
        *map(dkim, publication.dkim_keys or ()),
        dmarc(publication), report_consent(publication), *mx(publication),
        mta_sts(publication.bounce_domain, policy), mta_sts_host(publication),
        tls_rpt(publication), *dane(publication), *forward(publication), *reverse(publication),
    ]
    return list(dict.fromkeys(record for record in found if record))
