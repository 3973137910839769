"""Desk: what one process holds while it sends, all of it under one worker's name and journal."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from ssl import SSLContext

from newsletter.config import Settings
from newsletter.dkim_keys import Keyring
from newsletter.mailer.connect import Connected, connect, context_of
from newsletter.mailer.smtp import Timeouts
from newsletter.mailer.wires import Wires
from newsletter.sending.answer import Judge
from newsletter.sending.appetite import Appetite
from newsletter.sending.claim import Claimer
from newsletter.sending.journal import Journal
from newsletter.sending.lease import Leases
from newsletter.sending.outgoing import Outgoing
from newsletter.sending.settle import Books
from newsletter.sending.write import Draft
from newsletter.tokens import Signer

# Nobody should wait longer for a relay's greeting, whatever a step may take later.
CONNECT_SECONDS = 30.0


@dataclass(frozen=True)
class Desk:
    """A journal, and what is written in it: claims in hand, letters on their way."""

    journal: Journal
    outgoing: Outgoing
    books: Books
    claimer: Claimer
    wires: Wires[Draft]


def desk_of(
    settings: Settings,
    signer: Signer,
    keyring: Keyring,
    *,
    journal: Journal,
    worker: str,
    appetite: Appetite,
) -> Desk:
    """A desk with nothing in hand; no conversation is opened before a letter is there."""
    leases = Leases(timedelta(seconds=settings.lease_seconds))
    outgoing = Outgoing(
        leases=leases, journal=journal, judge=Judge(settings.retry_hours * 3600.0, Random()),
        connections=settings.smtp_connections, results_at_once=settings.results_at_once,
    )
    # Read once, not for every conversation: the authorities take longer than the handshake.
    context = context_of(settings.smtp_url, settings.smtp_ca_file)
    return Desk(
        journal,
        outgoing,
        Books(outgoing, leases, appetite, worker=worker),
        Claimer(settings, signer, keyring, worker=worker),
        Wires(
            lambda: _connect(settings, context),
            at_most=settings.smtp_connections,
            timeouts=Timeouts(settings.smtp_timeout_seconds, settings.smtp_final_timeout_seconds),
            source=outgoing,
        ),
    )


def _connect(settings: Settings, context: SSLContext | None) -> Connected:
    return connect(
        settings.smtp_url,
        helo=settings.mail_from.rpartition("@")[2],
        seconds=min(settings.smtp_timeout_seconds, CONNECT_SECONDS),
        context=context,
    )
