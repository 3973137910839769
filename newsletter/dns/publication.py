"""The facts about a sender from which the records are made."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

from cryptography.x509 import Certificate


@dataclass(frozen=True)
class PublicKey:
    """The public half of a key that signs: its selector and domain (`s=`, `d=`), and its record
    (RFC 6376 §3.6.1; RFC 8463 §4 for Ed25519)."""

    selector: str
    domain: str
    record: str


@dataclass(frozen=True)
class SendingHost:
    """An address that mail leaves from, and the name of the host that has it."""

    address: IPv4Address | IPv6Address
    name: str


@dataclass(frozen=True)
class Publication:
    """Who sends, under which names; every name as DNS spells it (A-labels), without a last dot."""

    from_domain: str
    bounce_domain: str
    reports_to: str  # mailbox for reports about DMARC and TLS
    relay_name: str  # takes the bounces when no sending host is known
    web_name: str  # host of the pages, which also serves the MTA-STS policy; may be empty
    hosts: tuple[SendingHost, ...] = ()
    dkim_keys: tuple[PublicKey, ...] | None = ()  # None: the relay signs, with keys of its own
    certificate: Certificate | None = None  # of the host that takes the bounces

    @property
    def mail_hosts(self) -> tuple[str, ...]:
        """The hosts that take the bounces: those that send, else the relay."""
        return tuple(dict.fromkeys(host.name for host in self.hosts)) or (self.relay_name,)

    @property
    def reports_uri(self) -> str:
        """That mailbox as a URI that can stand in a list of tags (RFC 6068 §2, RFC 9989 §4.7)."""
        return f"mailto:{quote(self.reports_to, safe='@+=')}"

    @property
    def reports_domain(self) -> str:
        """The domain of the mailbox for reports."""
        return self.reports_to.rpartition("@")[2]


def is_within(name: str, domain: str) -> bool:
    """Whether a name is a domain or lies under it."""
    return f".{name}".lower().endswith(f".{domain}".lower())
