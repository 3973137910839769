"""Whose a page is: how near a feed stands to an address, told by the hosts of the two.

The port does not count: we look at feeds at the usual ones alone, where nobody stands but who has
the host. Neither does `www.`, which is the same site wherever there is one.
"""

from enum import IntEnum
from ipaddress import ip_address
from urllib.parse import urlsplit


class Nearness(IntEnum):
    """How near a feed stands to a page; who stands nearer tells better what the page says.

    A host inside another is its kin and no more. At a place where anyone may have a host
    (`goed.github.io`) the neighbour has one as well, and neighbours are strangers.
    """

    STRANGER = 0
    KIN = 1
    OWN = 2


def nearness(feed_address: str, address: str) -> Nearness:
    """How near the feed at one address stands to the page at the other."""
    feed, page = _site(feed_address), _site(address)
    if not feed or not page:
        return Nearness.STRANGER
    if feed == page:
        return Nearness.OWN
    inner, outer = (feed, page) if len(feed) > len(page) else (page, feed)
    # A bare `nl` is no site, and numbers with dots between are not inside each other.
    is_inside = inner.endswith(f".{outer}") and "." in outer
    is_kin = is_inside and not _is_number(inner) and not _is_number(outer)
    return Nearness.KIN if is_kin else Nearness.STRANGER


def host_elsewhere(feed_address: str, address: str) -> str:
    """The host of a page that does not stand where the feed does; else nothing.

    As it goes over the wire: a letter of another alphabet cannot pass there for one of ours.
    """
    return "" if nearness(feed_address, address) is Nearness.OWN else _host(address)


def _site(address: str) -> str:
    return _host(address).removeprefix("www.")


def _host(address: str) -> str:
    """The host in ASCII, as reading a feed writes it too; nothing when there is none."""
    try:
        host = (urlsplit(address).hostname or "").encode("idna").decode("ascii")
    except ValueError:
        return ""
    return host.lower().removesuffix(".")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
