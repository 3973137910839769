"""Questions to a resolver: an answer, nothing there, or a reason why nobody can say."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from time import monotonic
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.resolver

QUESTION_SECONDS = 5.0
TRY_SECONDS = 2.0
PATIENCE = 30.0  # seconds for all questions together
PAYLOAD = 1232  # octets over UDP that arrive in one piece everywhere


class Unanswered(Exception):  # never leaves this package
    """Nobody can say what stands there; its text says why."""


@dataclass(frozen=True)
class Answer:
    """What stands at a name; nothing when there is no such name or no such record."""

    found: tuple[Any, ...]  # as dnspython reads a record of the type that was asked
    is_secure: bool  # the resolver has verified the signatures (RFC 4035 §3.2.3)
    is_alias: bool = False  # reached by a CNAME

    def texts(self) -> list[str]:
        """TXT records, each with its strings joined (RFC 7208 §3.3, RFC 6376 §3.6.2.2)."""
        return [b"".join(record.strings).decode("utf-8", "backslashreplace")
                for record in self.found]

    def names(self) -> list[str]:
        """The targets of MX and PTR records, in the order of preference, in lower case.

        That of a null MX (RFC 7505) is empty.
        """
        ordered = sorted(self.found, key=lambda record: getattr(record, "preference", 0))
        targets = [getattr(record, "exchange", None) or record.target for record in ordered]
        return [target.to_text().rstrip(".").lower() for target in targets]

    def addresses(self) -> list[IPv4Address | IPv6Address]:
        """Those of A and AAAA records."""
        return [ip_address(record.address) for record in self.found]


class Resolver:
    """Asks a resolver, each question once, all within a time.

    `servers` are addresses of one resolver each, `port` is theirs; without any the system's are
    asked. `patience` is in seconds. Raises dns.resolver.NoResolverConfiguration when the system
    has none.
    """

    def __init__(
        self, servers: Sequence[str] = (), *, port: int = 53, patience: float = PATIENCE
    ) -> None:
        self._resolver = dns.resolver.Resolver(configure=not servers)
        if servers:
            self._resolver.nameservers = list(servers)
            self._resolver.port = port
        self._resolver.timeout = TRY_SECONDS
        # AD in the question asks for AD in the answer, without the signatures (RFC 6840 §5.7).
        self._resolver.set_flags(dns.flags.RD | dns.flags.AD)
        self._resolver.use_edns(0, 0, PAYLOAD)
        self._end = monotonic() + patience
        self._known: dict[tuple[str, str], Answer | str] = {}

    def ask(self, name: str, kind: str) -> Answer:
        """The records of a type at a name. Raises Unanswered."""
        question = (name.lower(), kind)
        if question not in self._known:
            try:
                self._known[question] = self._asked(*question)
            except Unanswered as error:
                self._known[question] = str(error)
        known = self._known[question]
        if isinstance(known, str):
            raise Unanswered(known)
        return known

    def addresses(self, name: str) -> list[IPv4Address | IPv6Address]:
        """Both kinds of address of a host. Raises Unanswered."""
        return self.ask(name, "A").addresses() + self.ask(name, "AAAA").addresses()

    def validates(self) -> bool:
        """Whether it verifies DNSSEC at all: the root is signed, so its answer must say so."""
        try:
            return self.ask(".", "SOA").is_secure
        except Unanswered:
            return False

    def _asked(self, name: str, kind: str) -> Answer:
        left = self._end - monotonic()
        if left <= 0:
            raise Unanswered("not asked, for the answers before took too long")
        try:
            asked = dns.name.from_text(name)
            found = self._resolver.resolve(
                asked, kind, raise_on_no_answer=False, search=False,
                lifetime=min(QUESTION_SECONDS, left),
            )
        except dns.resolver.NXDOMAIN as error:
            return Answer((), is_secure=_is_secure(error.kwargs["responses"][asked]))
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered(_reason(error)) from error
        if found.response.flags & dns.flags.TC:
            raise Unanswered("the resolver cuts its answer off, over TCP too")
        return Answer(tuple(found.rrset or ()), is_secure=_is_secure(found.response),
                      is_alias=found.canonical_name != asked)


def _is_secure(response: dns.message.Message) -> bool:
    return bool(response.flags & dns.flags.AD)


def _reason(error: Exception) -> str:
    if isinstance(error, dns.resolver.LifetimeTimeout):
        return "the resolver gave no answer that can be used in time"
    if isinstance(error, dns.resolver.NoNameservers):
        tries = error.kwargs["errors"]
        last = tries[-1][3] if tries else "it gave nothing usable"
        if isinstance(last, str):  # the name of a response code, such as SERVFAIL
            return f"the resolver said {last}"
        if isinstance(last, dns.message.ChainTooLong):
            return "its aliases (CNAME) go round or on for ever"
        if isinstance(last, OSError) and not isinstance(last, EOFError):
            return f"the resolver cannot be reached ({last.strerror or last})"
        return f"the resolver's answer cannot be read ({type(last).__name__})"
    if isinstance(error, (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel)):
        return "no name that DNS can hold"
    return f"the question failed ({type(error).__name__})"
