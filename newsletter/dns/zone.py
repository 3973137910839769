"""The records as a fragment of a zone file (RFC 1035 §5.1), with what an operator must know."""

import textwrap
from collections.abc import Iterator

from newsletter.dns import records, tlsa
from newsletter.dns.publication import Publication
from newsletter.dns.records import STRING, Record

TTL = 3600  # seconds, on each line: a $TTL would also change what follows the fragment
WIDTH = 96


def zone(publication: Publication) -> str:
    """All that is to be published. Names are whole, so that a part fits in any zone that holds it.

    What cannot be said yet stands as a comment, with what is missing between angle brackets.
    """
    parts = [
        _head(publication), _spf(publication), _dkim(publication), _dmarc(publication),
        _bounces(publication), _mta_sts(publication), _tls_rpt(publication), _dane(publication),
        _hosts(publication), _reverse(publication),
    ]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _head(publication: Publication) -> Iterator[str]:
    yield from _note(
        f"Mail from {publication.from_domain} with return path {publication.bounce_domain}. Sign "
        "these zones, and that of each host below, with DNSSEC: without it nobody heeds the TLSA "
        "records. Give hosts and name servers an IPv6 address too. Afterwards run `newsletter dns "
        "check`, and the mail test of https://internet.nl."
    )


def _spf(publication: Publication) -> Iterator[str]:
    yield from _note("SPF (RFC 7208): who may send. A name has one SPF record: if others send for "
                     "it too, put their terms and these in one.")
    for domain in dict.fromkeys((publication.from_domain, publication.bounce_domain)):
        record = records.spf(domain, publication.hosts)
        yield _line(record) if record else _form(
            domain, "TXT", '"v=spf1 <ip4: and ip6: of each SENDING_ADDRESSES> -all"')


def _dkim(publication: Publication) -> Iterator[str]:
    yield from _note("DKIM (RFC 6376, RFC 8463): the public keys. Leave the record of an old key "
                     "until `newsletter dkim retire` has removed it.")
    for key in publication.dkim_keys or ():
        yield _line(records.dkim(key))
    if not publication.dkim_keys:
        yield from _note("The relay signs: what it publishes stands here." if
                         publication.dkim_keys is None else "No key yet: `newsletter dkim new`.")
        yield _form(f"<selector>._domainkey.{publication.from_domain}", "TXT",
                    '"v=DKIM1; k=<kind>; p=<public key>"')


def _dmarc(publication: Publication) -> Iterator[str]:
    yield from _note("DMARC (RFC 9989): refuse what is not ours. If others send from this domain, "
                     "publish p=none first, and read the reports until theirs are aligned.")
    yield _line(records.dmarc(publication))
    consent = records.report_consent(publication)
    if consent:
        yield from _note(f"In the zone of {publication.reports_domain}: that it takes these "
                         "reports (RFC 9990).")
        yield _line(consent)


def _bounces(publication: Publication) -> Iterator[str]:
    yield from _note("MX (RFC 5321): where bounces arrive.")
    yield from map(_line, records.mx(publication))


def _mta_sts(publication: Publication) -> Iterator[str]:
    domain = publication.bounce_domain
    policy = records.mta_sts_policy(publication.mail_hosts)
    yield from _note("MTA-STS (RFC 8461): who brings bounces must use TLS. The id changes with the "
                     "policy. Publish the policy first, then the record. The policy is printed by "
                     "`newsletter dns policy`, and is served with a certificate for that name at")
    yield f"; https://mta-sts.{domain}/.well-known/mta-sts.txt"
    yield from (f";   {line}" for line in policy.splitlines())
    yield _line(records.mta_sts(domain, policy))
    host = records.mta_sts_host(publication)
    yield _line(host) if host else _form(f"mta-sts.{domain}", "CNAME", "<the web's name>.")


def _tls_rpt(publication: Publication) -> Iterator[str]:
    yield from _note("TLS-RPT (RFC 8460): where TLS that failed is reported.")
    yield _line(records.tls_rpt(publication))


def _dane(publication: Publication) -> Iterator[str]:
    yield from _note("DANE (RFC 7672): the certificate of the host that takes bounces. Publish the "
                     "record of a new key two TTLs before the host uses it.")
    made = records.dane(publication)
    yield from map(_line, made)
    for name in () if made else publication.mail_hosts:
        yield _form(tlsa.name_for(name), "TLSA",
                    "3 1 1 <SHA-256 of the public key; --certificate FILE fills it in>")


def _hosts(publication: Publication) -> Iterator[str]:
    yield from _note("The hosts that send and take bounces, over IPv4 and IPv6.")
    made = records.forward(publication)
    yield from map(_line, made)
    named = {(record.name, record.kind) for record in made}
    for name in publication.mail_hosts:
        for kind in ("A", "AAAA"):
            if (name, kind) not in named:
                yield _form(name, kind, f"<IPv{'4' if kind == 'A' else '6'} address>")


def _reverse(publication: Publication) -> Iterator[str]:
    yield from _note("The names of the sending addresses, in the zones of the addresses: often "
                     "your provider must do it. The name in EHLO must be the same.")
    made = records.reverse(publication)
    yield from map(_line, made)
    if not made:
        yield _form("<each of SENDING_ADDRESSES, reversed>", "PTR", f"{publication.relay_name}.")


def _note(text: str) -> Iterator[str]:
    yield from (f"; {line}" for line in textwrap.wrap(text, WIDTH))


def _form(name: str, kind: str, value: str) -> str:
    return f"; {name}. {TTL} IN {kind} {value}"


def _line(record: Record) -> str:
    value = " ".join(_strings(record.value)) if record.kind == "TXT" else record.value
    return f"{record.name}. {TTL} IN {record.kind} {value}"


def _strings(text: str) -> Iterator[str]:
    """A text in quoted strings of at most 255 octets, which a reader joins again."""
    for at in range(0, len(text), STRING):
        part = text[at : at + STRING].replace("\\", r"\\").replace('"', r"\"")
        yield f'"{part}"'
