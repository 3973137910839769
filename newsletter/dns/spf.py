"""SPF records read as a receiver reads them (RFC 7208), with every lookup counted."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from newsletter.dns.ask import Resolver
from newsletter.dns.macros import expand
from newsletter.dns.publication import is_within

MOST_LOOKUPS = 10  # RFC 7208 §4.6.4, for this and the next two
MOST_VOID = 2
MOST_HOSTS = 10

_TERM = re.compile(
    r"(?P<sign>[+?~-]?)(?P<word>all|include|exists|a|mx|ptr|ip4|ip6)"
    r"(?::(?P<target>[^/\s]\S*?))?(?P<lengths>(?:/\d{1,3})?(?://\d{1,3})?)", re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<target>\S*)", re.IGNORECASE)
_RESULTS = {"": "pass", "+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}

Address = IPv4Address | IPv6Address


class BadSpf(Exception):  # never leaves this package
    """A record that receivers answer with a permanent error; its text says why."""


@dataclass(frozen=True)
class _Term:
    result: str  # when it matches
    word: str
    target: str
    lengths: tuple[int | None, int | None]  # prefix lengths for IPv4 and IPv6


def records_of(texts: list[str]) -> list[str]:
    """Those of the texts that are SPF records (RFC 7208 §4.5)."""
    return [text for text in texts if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]


class Evaluation:
    """One address put to the record of one domain.

    A receiver stops at the first term that matches; this one goes on, so that `lookups` is what
    the whole record costs whoever sends.
    """

    def __init__(self, resolver: Resolver, *, address: Address, sender: str) -> None:
        self.lookups = 0
        self.closing = "neutral"  # what becomes of an address that no term names (§4.7)
        self._voids = 0
        self._resolver = resolver
        self._address = address
        self._sender = sender

    def result(self, domain: str, *, is_included: bool = False) -> str:
        """pass, fail, softfail or neutral. Raises BadSpf, or Unanswered."""
        found = records_of(self._resolver.ask(domain, "TXT").texts())
        if len(found) != 1:
            raise BadSpf(f"{domain} has {len(found) or 'no'} SPF record{'s' if found else ''}")
        terms, redirect = _parse(found[0])
        result = None
        for term in terms:
            if self._matches(term, domain) and result is None:
                result = term.result
        everybody = [term.result for term in terms if term.word == "all"]
        if everybody:
            redirect = ""  # §6.1: never looked at beside `all`
            if not is_included:
                self.closing = everybody[0]
        if redirect:
            self._count()
            onward = self.result(self._named(redirect, domain), is_included=is_included)
            result = result or onward
        return result or "neutral"

    def _matches(self, term: _Term, domain: str) -> bool:
        if term.word == "all":
            return True
        if term.word in ("ip4", "ip6"):
            return _is_in(self._address, term)
        self._count()
        target = self._named(term.target, domain) if term.target else domain
        if term.word == "include":
            return self.result(target, is_included=True) == "pass"
        if term.word == "exists":
            return bool(self._resolver.ask(target, "A").found)
        if term.word == "ptr":
            return self._is_named_under(target)
        return self._is_of(self._hosts(target) if term.word == "mx" else [target], term)

    def _hosts(self, domain: str) -> list[str]:
        hosts = self._resolver.ask(domain, "MX").names()
        self._void(not hosts, domain)
        if len(hosts) > MOST_HOSTS:
            raise BadSpf(f"mx of {domain} has more than {MOST_HOSTS} hosts")
        return hosts

    def _is_of(self, hosts: list[str], term: _Term) -> bool:
        length = term.lengths[self._address.version == 6]
        matches = False
        for host in hosts:
            addresses = self._resolver.ask(host, self._kind).addresses()
            self._void(not addresses, host)
            matches |= any(
                self._address in ip_network(
                    (str(address), address.max_prefixlen if length is None else length),
                    strict=False)
                for address in addresses
            )
        return matches

    def _is_named_under(self, target: str) -> bool:
        names = self._resolver.ask(self._address.reverse_pointer, "PTR").names()[:MOST_HOSTS]
        self._void(not names, "ptr")
        return any(
            is_within(name, target)
            and self._address in self._resolver.ask(name, self._kind).addresses()
            for name in names
        )

    @property
    def _kind(self) -> str:
        return "A" if self._address.version == 4 else "AAAA"

    def _named(self, target: str, domain: str) -> str:
        named = expand(target, address=self._address, sender=self._sender, domain=domain)
        if named is None:
            raise BadSpf(f"{target} is no name")
        return named

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:  # also the end of an include that goes round
            raise BadSpf(f"more than {MOST_LOOKUPS} lookups")

    def _void(self, is_void: bool, name: str) -> None:
        self._voids += is_void
        if self._voids > MOST_VOID:
            raise BadSpf(f"more than {MOST_VOID} lookups find nothing, the last {name}")


def _parse(record: str) -> tuple[list[_Term], str]:
    """The terms in order, and where `redirect` leads. Raises BadSpf."""
    terms, modifiers = [], dict[str, str]()
    for word in record.split(" ")[1:]:
        if not word:
            continue
        if modifier := _MODIFIER.fullmatch(word):
            name = modifier["name"].lower()
            if name in modifiers and name in ("redirect", "exp"):
                raise BadSpf(f"{name}= stands there twice")
            modifiers[name] = modifier["target"]
        else:
            terms.append(_term(word))
    return terms, modifiers.get("redirect", "")


def _term(word: str) -> _Term:
    found = _TERM.fullmatch(word)
    if not found:
        raise BadSpf(f"{word!r} is no term of SPF")
    name, target = found["word"].lower(), found["target"] or ""
    first, _, second = found["lengths"].removeprefix("/").partition("//")
    if found["lengths"].startswith("//"):
        first, second = "", found["lengths"][2:]
    lengths = (int(first) if first else None, int(second) if second else None)
    if (bool(target) != (name in ("include", "exists", "ip4", "ip6"))
            and name not in ("a", "mx", "ptr")):
        raise BadSpf(f"{word!r} has {'too much' if target else 'nothing'} after its name")
    too_long = (lengths[0] or 0) > (128 if name == "ip6" else 32) or (lengths[1] or 0) > 128
    if too_long or (any(length is not None for length in lengths)
                    and name not in ("a", "mx", "ip4", "ip6")):
        raise BadSpf(f"{word!r} has a length that cannot be")
    term = _Term(_RESULTS[found["sign"]], name, target, lengths)
    if name in ("ip4", "ip6"):
        _network(term)
    return term


def _is_in(address: Address, term: _Term) -> bool:
    network = _network(term)
    return address.version == network.version and address in network


def _network(term: _Term) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(
            term.target if term.lengths[0] is None else f"{term.target}/{term.lengths[0]}",
            strict=False)
    except ValueError as error:
        raise BadSpf(f"{term.word}:{term.target} is no address") from error
    if term.word != f"ip{network.version}":
        raise BadSpf(f"{term.word}:{term.target} is of the other kind")
    return network
