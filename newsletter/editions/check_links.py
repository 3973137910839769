"""Check the links of an edition against what came when they were tried."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from newsletter.editions.finding import Finding
from newsletter.editions.link_models import LinkCheck
from newsletter.editions.links import Link

GONE = (404, 410)  # RFC 9110 §15.5.5, §15.5.11: there is nothing there, and asking again is no use


class Links(NamedTuple):
    """How many addresses there are, how many were tried, and when the oldest of those was."""

    addresses: int
    tried: int
    since: datetime | None


def check_links(links: Sequence[Link], tried: Mapping[str, LinkCheck]) -> list[Finding]:
    """A link to nothing is wrong; one that did not answer as it should is something to mind."""
    found = []
    places = dict.fromkeys((link.address, link.at) for link in links)
    for address, at in places:
        result = tried.get(address)
        if result is None or result.trouble is None:
            continue
        said = {"address": address, "status": result.status or "", "trouble": result.trouble}
        is_gone = result.status in GONE
        found.append(Finding("dead_link" if is_gone else "shaky_link", is_gone, at, said))
    untried = {link.address for link in links} - set(tried)
    if untried:
        found.append(Finding("untried_links", at="links", said={"count": len(untried)}))
    return found


def summed(links: Sequence[Link], tried: Mapping[str, LinkCheck]) -> Links:
    """The links in figures."""
    addresses = {link.address for link in links}
    moments = [tried[one].tried_at for one in addresses if one in tried]
    return Links(len(addresses), len(moments), min(moments, default=None))
