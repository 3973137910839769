"""Checks what is published against what a sender needs, record by record (D03)."""

from newsletter.dns.ask import Resolver
from newsletter.dns.check_bounces import check_bounces, hosts_of
from newsletter.dns.check_hosts import check_hosts, check_signing
from newsletter.dns.check_sender import check_sender
from newsletter.dns.fetch import Fetch
from newsletter.dns.finding import Finding
from newsletter.dns.publication import Publication


def check(
    publication: Publication, resolver: Resolver, *, fetch: Fetch | None = None
) -> list[Finding]:
    """A finding for each record, in the order of the zone. A question without an answer is one too.

    `fetch` gets the MTA-STS policy over https; without it that is said to be unchecked.
    """
    mail_hosts = hosts_of(publication, resolver)
    return [
        *check_sender(publication, resolver),
        *check_bounces(publication, resolver, mail_hosts=mail_hosts, fetch=fetch),
        *check_hosts(publication, resolver),
        *check_signing(publication, resolver, mail_hosts=mail_hosts),
    ]
