"""Which DMARC record holds for a domain, and of which organisation it is (RFC 9989 §4.10)."""

from typing import NamedTuple

from newsletter.dns.ask import Resolver
from newsletter.dns.tags import of_version, tags_of

MOST_LABELS = 8  # of a name that is walked up whole; a longer one goes on at its last seven


class Published(NamedTuple):
    """One record, and the domain that publishes it."""

    domain: str
    text: str

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return tags_of(self.text)


def walk(resolver: Resolver, domain: str) -> list[Published]:
    """The records from a domain up to the root, nearest first. Raises Unanswered.

    A name with several records has none (§4.10).
    """
    found = []
    labels = domain.split(".")
    while labels:
        name = ".".join(labels)
        texts = records_at(resolver, name)
        if len(texts) == 1:
            found.append(Published(name, texts[0]))
            psd = found[-1].tags.get("psd")
            if psd == "n" or (psd == "y" and name != domain):
                break
        labels = labels[1:] if len(labels) <= MOST_LABELS else labels[-(MOST_LABELS - 1):]
    return found


def records_at(resolver: Resolver, domain: str) -> list[str]:
    """The DMARC records of exactly this domain. Raises Unanswered."""
    return of_version(resolver.ask(f"_dmarc.{domain}", "TXT").texts(), "DMARC1")


def organisation_of(resolver: Resolver, domain: str) -> str:
    """The Organizational Domain (§4.10.2); the domain itself when there are no records."""
    found = walk(resolver, domain)
    for record in found:
        psd = record.tags.get("psd")
        if psd == "n":
            return record.domain
        if psd == "y" and record.domain != domain:
            below = domain.removesuffix(f".{record.domain}")
            return f"{below.rpartition('.')[2]}.{record.domain}"
    return found[-1].domain if found else domain


def in_force(resolver: Resolver, domain: str) -> Published | None:
    """The record that holds for mail from a domain: its own, else that of its organisation, and
    nothing between the two (§4.10.1). Raises Unanswered."""
    organisation = organisation_of(resolver, domain)
    return next((record for record in walk(resolver, domain)
                 if record.domain in (domain, organisation)), None)


def policy_for(domain: str, record: Published) -> str:
    """What the record asks for mail from a domain that fails: its own policy, or that for
    subdomains (§4.7)."""
    own = record.tags.get("p", "none")
    found = own if record.domain == domain else record.tags.get("sp", own)
    return found.lower()
