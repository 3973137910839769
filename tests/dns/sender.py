"""A sender whose whole zone is known, and its name server."""

from functools import cache
from ipaddress import ip_address

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from newsletter.dns.ask import Resolver
from newsletter.dns.check import check
from newsletter.dns.finding import Finding
from newsletter.dns.publication import Publication, PublicKey, SendingHost
from newsletter.mailer.dkim import DkimKey
from tests.dns.server import NameServer
from tests.mailer.authority import authority

OURS, BOUNCES, HOST = "nieuws.example", "bounces.nieuws.example", "mail.nieuws.example"
REPORTS = "rapporten@elders.example"
V4, V6 = "192.0.2.10", "2001:db8::10"
# What the operator's web server adds, which no settings know.
WEB = "www.nieuws.example. 3600 IN A 192.0.2.80\n"


@cache
def publication() -> Publication:
    """Two keys, two addresses, a certificate, and reports that go to another organisation."""
    keys = (DkimKey("rsa1", OURS, generate_private_key(65537, 4096)),
            DkimKey("ed1", OURS, Ed25519PrivateKey.generate()))
    return Publication(
        from_domain=OURS, bounce_domain=BOUNCES, reports_to=REPORTS, relay_name=HOST,
        web_name="www.nieuws.example",
        hosts=(SendingHost(ip_address(V4), HOST), SendingHost(ip_address(V6), HOST)),
        dkim_keys=tuple(PublicKey(key.selector, key.domain, key.record) for key in keys),
        certificate=authority().certificate,
    )


def resolver_of(names: NameServer) -> Resolver:
    """A resolver that asks this server, with little patience."""
    return Resolver(["127.0.0.1"], port=names.port, patience=10)


def lines_of(names: NameServer, **kwargs: object) -> dict[tuple[str, str], Finding]:
    """What a check of the sender finds, by check and name."""
    found = check(publication(), resolver_of(names), **kwargs)  # type: ignore[arg-type]
    return {(each.check.value, each.name): each for each in found}


def wrong_of(names: NameServer, **kwargs: object) -> dict[tuple[str, str], str]:
    """The verdicts that are not ok, by check and name."""
    return {key: each.verdict.value for key, each in lines_of(names, **kwargs).items()
            if each.verdict != "ok"}
