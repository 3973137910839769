"""What every mail of this house shares: identity, addresses and sender."""

from dataclasses import dataclass

from newsletter.catalogue.queries import magazine
from newsletter.config import Settings
from newsletter.emails.headers import Sender
from newsletter.emails.identity import Identity, identity_of
from newsletter.emails.urls import Urls


@dataclass(frozen=True)
class House:
    """Who writes, from which address, and where the links lead."""

    identity: Identity
    urls: Urls
    sender: Sender


def house_of(settings: Settings) -> House:
    """The house as settings and catalogue have it. Raises NotFound before the seeds."""
    return House(
        identity=identity_of(magazine()),
        urls=Urls(settings.public_url),
        sender=Sender(settings.mail_from, settings.reply_to),
    )
