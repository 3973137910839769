"""Checks the sending addresses, that their names and they agree, and the signing of zones."""

from collections.abc import Iterator, Sequence
from functools import partial

from newsletter.dns.ask import Resolver
from newsletter.dns.finding import Check, Finding, differs, look, missing, not_checked, ok
from newsletter.dns.publication import Publication, SendingHost


def check_hosts(publication: Publication, resolver: Resolver) -> Iterator[Finding]:
    """One finding for each sending address; one that says so when none is known."""
    for host in publication.hosts:
        yield look(Check.PTR, str(host.address), partial(_ptr, resolver, host))
    if not publication.hosts:
        yield look(Check.PTR, "SENDING_ADDRESSES",
                   lambda: not_checked("it is empty, so the sending addresses are unknown"))


def check_signing(
    publication: Publication, resolver: Resolver, *, mail_hosts: Sequence[str]
) -> Iterator[Finding]:
    """One finding for each name on which a sender of mail relies."""
    names = (publication.from_domain, publication.bounce_domain, *mail_hosts)
    for name in dict.fromkeys(names):
        yield look(Check.DNSSEC, name, partial(_dnssec, resolver, name))


def _ptr(resolver: Resolver, host: SendingHost) -> Finding:
    """Forward-confirmed reverse DNS: some name of the address leads back to it."""
    names = resolver.ask(host.address.reverse_pointer, "PTR").names()
    if not names:
        return missing(f"PTR {host.name}.")
    for name in names:
        if host.address in resolver.addresses(name):
            return ok(name)
    return differs(" and ".join(names), f"{host.name}, with the address {host.address}",
                   "the name does not lead back to the address")


def _dnssec(resolver: Resolver, name: str) -> Finding:
    if resolver.ask(name, "SOA").is_secure:
        return ok("signed (AD)")
    if not resolver.validates():
        return not_checked("this resolver does not verify signatures; give one that does "
                           "(--resolver)")
    return differs("no AD", "a signed zone")
