"""Which addresses may be asked: those of the public internet, as the name resolves now (S09).

A name is resolved here and nowhere else; the connection goes to the very address that was judged,
so that a name which answers differently a moment later gains nothing.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import dns.exception
import dns.resolver

from newsletter.errors import FetchFailed
from newsletter.fetching.trouble import Trouble

Address = IPv4Address | IPv6Address
# A host name and the seconds there are, as the addresses that stand there; raises FetchFailed.
Resolve = Callable[[str, float], Sequence[Address]]

PORTS = (80, 443)
TRY_SECONDS = 2.0
# Ways to write an IPv4 address inside one of IPv6, behind which a translator may stand.
_INSIDE = tuple(map(ip_network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96",
                                 "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, and of no kind that leads inside."""
    is_special = (
        address.is_loopback or address.is_private or address.is_link_local
        or address.is_multicast or address.is_reserved or address.is_unspecified
    )
    return address.is_global and not is_special and not any(
        address in network for network in _INSIDE if network.version == address.version
    )


class Names:
    """Asks DNS; `servers` are addresses of one resolver each, without any the system's."""

    def __init__(self, servers: Sequence[str] = (), *, port: int = 53) -> None:
        self._servers, self._port = list(servers), port

    def __call__(self, host: str, seconds: float) -> Sequence[Address]:
        """The addresses that stand at a host. Raises FetchFailed."""
        try:
            asker = dns.resolver.Resolver(configure=not self._servers)
            if self._servers:
                asker.nameservers, asker.port = self._servers, self._port
            asker.timeout = TRY_SECONDS
            found = asker.resolve_name(host, lifetime=seconds)
            return [ip_address(one) for one in found.addresses()]
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise FetchFailed(Trouble.NO_HOST, host) from error


def judge(
    host: str, port: int, *, seconds: float, resolver: Resolve,
    here: frozenset[tuple[str, int]] = frozenset(),
) -> Sequence[Address]:
    """The addresses that may be connected to. Raises FetchFailed when any may not.

    `here` holds the addresses and ports of this machine itself that are allowed all the same.
    """
    try:
        found: Sequence[Address] = [ip_address(host)]
    except ValueError:
        found = resolver(host, seconds)
    if not found:
        raise FetchFailed(Trouble.NO_HOST, host)
    for address in found:
        if (str(address), port) in here:
            continue
        if port not in PORTS or not is_public(address):
            raise FetchFailed(Trouble.REFUSED_ADDRESS, host)
    return found
